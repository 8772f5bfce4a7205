import { canonicalForm } from './form.ts';
import type { Form } from './form.ts';
import type { Reply } from './reply.ts';
import { bodyText, refuse } from './reply.ts';
import type { Decision } from './request.ts';
import type { Change, SavedAnswer, State } from './state.ts';

/**
 * Idempotency keys as Stripe keeps them: the first answer of a POST that began to execute is given to every
 * repetition, errors too, until the key is a day old. Keys are scoped to an account.
 *
 * Source: https://docs.stripe.com/api/idempotent_requests
 */
export const KEPT_MS = 24 * 3_600_000;
const MAX_KEY_LENGTH = 255;

export interface KeyedCall {
  readonly scopedKey: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly requestId: string;
  readonly nowMs: number;
}

export function keyedCall(
  account: string,
  key: string,
  method: string,
  path: string,
  form: Form,
  requestId: string,
  nowMs: number,
): KeyedCall {
  return {
    scopedKey: `${account} ${key}`,
    key,
    fingerprint: `${method} ${path} ${canonicalForm(form)}`,
    requestId,
    nowMs,
  };
}

/** The answer that the key already decides, or undefined when the request is to be executed. */
export function answerOfKey(state: State, running: ReadonlySet<string>, call: KeyedCall): Reply | undefined {
  if (call.key.length > MAX_KEY_LENGTH)
    return refuse(400, {
      type: 'idempotency_error',
      message: `Idempotency keys are up to ${MAX_KEY_LENGTH} characters long.`,
    });
  const saved = state.answers.get(call.scopedKey);
  const known = saved !== undefined && call.nowMs - saved.savedAtMs < KEPT_MS ? saved : undefined;
  if (known !== undefined) return known.fingerprint === call.fingerprint ? replay(known) : reused(call.key);
  return running.has(call.scopedKey) ? inUse(call.key) : undefined;
}

/** The decision's change with its answer: both are committed at once, or a crash would part them. */
export function savedChange(call: KeyedCall, decision: Decision): Change | undefined {
  if (!decision.began) return decision.change;
  const saved: SavedAnswer = {
    fingerprint: call.fingerprint,
    status: decision.reply.status,
    body: bodyText(decision.reply),
    requestId: call.requestId,
    savedAtMs: call.nowMs,
  };
  return { ...decision.change, answers: [[call.scopedKey, saved]] };
}

function replay(saved: SavedAnswer): Reply {
  const headers: Record<string, string> = { 'Idempotent-Replayed': 'true', 'Original-Request': saved.requestId };
  if (saved.status >= 500) headers['Stripe-Should-Retry'] = 'false';
  return { status: saved.status, body: saved.body, headers };
}

function reused(key: string): Reply {
  return refuse(400, {
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  });
}

function inUse(key: string): Reply {
  return refuse(409, {
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
  });
}
