import { AppError, isAppError } from '@countersign/domain/errors';
import type { Capability } from '@countersign/domain/schemas/plugin';
import { parseForeign, tooLarge } from './foreign-json.ts';
import { METHOD_CAPABILITY } from './policy.ts';
import type { Entry, FromChild, ToChild } from './protocol.ts';

export type Handlers = Readonly<Record<string, (args: unknown) => Promise<unknown>>>;

export interface Offer {
  readonly entry: Entry;
  readonly capabilities: readonly Capability[];
  readonly handlers: Handlers;
}

const SHOWN_LENGTH = 60;

/**
 * Answer one call. A refusal by the handler, or that the host does not offer the call at this stage, goes back to the
 * plugin, and its error into `callErrors`.
 * @throws AppError `capability_denied` (the manifest does not name the call) or `sandbox_output` (its arguments would not
 *   fit as objects): both end the run.
 */
export async function answerCall(
  offer: Offer,
  { id, method, args, text }: Pick<Extract<FromChild, { type: 'call' }>, 'id' | 'method' | 'args' | 'text'>,
  callErrors: Map<number, unknown>,
): Promise<ToChild> {
  const capability = METHOD_CAPABILITY.get(method);
  if (capability === undefined || !offer.capabilities.includes(capability)) {
    const shown = method.slice(0, SHOWN_LENGTH);
    throw new AppError('capability_denied', `The plugin called "${shown}", which its manifest does not name`, {
      details: { method: shown },
    });
  }
  const bound = tooLarge(args);
  if (bound !== undefined) throw new AppError('sandbox_output', `The arguments of "${method}" have too many ${bound}`);
  try {
    const handler = Object.hasOwn(offer.handlers, method) ? offer.handlers[method] : undefined;
    if (handler === undefined)
      throw new AppError('capability_denied', `"${method}" is not offered while the plugin runs "${offer.entry}"`);
    const bound = tooLarge(args);
    if (bound !== undefined)
      throw new AppError('sandbox_output', `The arguments of "${method}" have too much ${bound}`);
    const given = parseForeign(args);
    const result = await handler(text === null || !isObject(given) ? given : { ...given, text });
    return { type: 'answer', id, ok: true, ...withTextBeside(result) };
  } catch (error) {
    callErrors.set(id, error);
    const [code, message] = isAppError(error) ? [error.code, error.message] : ['internal', 'The call failed'];
    return { type: 'answer', id, ok: false, json: JSON.stringify({ code, message }), text: null };
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The result's JSON, without its property `text` if that is a string: it goes beside. */
function withTextBeside(result: unknown): { readonly json: string; readonly text: string | null } {
  const text = isObject(result) ? result['text'] : undefined;
  if (typeof text !== 'string') return { json: JSON.stringify(result) ?? 'null', text: null };
  return { json: JSON.stringify({ ...(result as object), text: undefined }), text };
}
