import * as z from 'zod';
import type { HttpCaller } from '../../effects/http-caller.ts';
import type { Performed } from '../../effects/payment-provider.ts';

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 64 * 1024;
const TOO_MANY = 429;
/** Refusals that say nothing about whether the call was carried out before. */
const DOUBTFUL: ReadonlySet<number> = new Set([408, 409, 425]);

/** Calls to allowed hosts with the platform's `fetch`. */
export const callHttp: HttpCaller = async ({ method, url, headers, body }) => {
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: body === null ? headers : { 'content-type': 'application/json', ...headers },
      ...(body === null ? {} : { body }),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    return wasNeverSent(error)
      ? { status: 'not_done', code: 'unreachable', message: `${new URL(url).host} can not be reached`, retryable: true }
      : { status: 'unknown', code: 'no_answer', message: `${new URL(url).host} has not answered`, retryable: true };
  }
  return readAnswer(response, url);
};

/** Only what failed before a connection stood proves that nothing was sent. */
function wasNeverSent(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN';
}

async function readAnswer(response: Response, url: string): Promise<Performed> {
  const { status } = response;
  const host = new URL(url).host;
  if (status >= 200 && status < 300)
    return { status: 'succeeded', providerId: (await idOf(response)) ?? `http-${status}` };
  await response.body?.cancel().catch(() => undefined);
  const message = `${host} answered ${status}`;
  if (status === TOO_MANY) return { status: 'not_done', code: 'rate_limit', message, retryable: true };
  if (status >= 400 && status < 500 && !DOUBTFUL.has(status))
    return { status: 'failed', code: `http_${status}`, message, retryable: false };
  return { status: 'unknown', code: `http_${status}`, message, retryable: true };
}

const answerSchema = z.object({ id: z.string().max(200) });

/** The receiver's own id of what it did, where its answer is JSON with an `id`. */
async function idOf(response: Response): Promise<string | null> {
  try {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) return null;
      chunks.push(chunk);
    }
    return answerSchema.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8'))).data?.id ?? null;
  } catch {
    return null;
  }
}
