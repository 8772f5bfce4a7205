import { MAX_ANSWER_BYTES, type RawAnswer } from '@countersign/domain/audit/witness-protocol';
import { AppError } from '@countersign/domain/errors';
import type { AskWitness } from '../streams/ports.ts';

/**
 * `POST <submission prefix>/add-checkpoint` over HTTP, on a connection that is kept. Redirects are not followed: whoever
 * answers for a witness is who the policy names. Of an answer, no more than a few lines are read.
 * @throws AppError `unavailable` when there is no answer in time, `limit_exceeded` when it does not end
 */
export const askOverHttp: AskWitness = async (url, body, signal) => {
  let response: Response;
  try {
    response = await fetch(`${url}/add-checkpoint`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      redirect: 'manual',
      signal,
    });
    return { status: response.status, body: await readSome(response) };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('unavailable', `${new URL(url).host} ${whyNot(cause)}`, { cause, retryable: true });
  }
};

async function readSome(response: Response): Promise<RawAnswer['body']> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > MAX_ANSWER_BYTES)
      throw new AppError('limit_exceeded', `The answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function whyNot(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: unknown } };
  if (name === 'TimeoutError' || name === 'AbortError') return 'has not answered in time';
  return typeof cause?.code === 'string' ? `can not be reached (${cause.code})` : 'can not be reached';
}
