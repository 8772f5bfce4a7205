import * as z from 'zod';
import type { FromChild } from './protocol.ts';

const usage = z.strictObject({
  cpuMs: z.number(),
  wallMs: z.number(),
  rssMiB: z.number(),
  calls: z.int(),
  outputBytes: z.int(),
});

/**
 * What a child may say. Code that broke out of its isolate would speak in the child's name, so the parent takes
 * nothing on trust: each message is parsed, and counted, here again.
 */
const fromChild: z.ZodType<FromChild> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('call'), id: z.int(), method: z.string(), args: z.string() }),
  z.strictObject({ type: z.literal('log'), level: z.enum(['debug', 'info', 'warn', 'error']), message: z.string() }),
  z.strictObject({ type: z.literal('result'), json: z.string(), usage }),
  z.strictObject({
    type: z.literal('thrown'),
    error: z.strictObject({
      name: z.string(),
      message: z.string(),
      stack: z.array(z.string()),
      issues: z.array(z.unknown()).exactOptional(),
      call: z.int().exactOptional(),
    }),
    usage,
  }),
  z.strictObject({
    type: z.literal('violation'),
    code: z.enum(['sandbox_timeout', 'sandbox_memory', 'sandbox_output', 'sandbox_calls', 'sandbox_logs']),
    message: z.string(),
    usage,
  }),
]);

export function parseFromChild(message: unknown): FromChild {
  return fromChild.parse(message);
}
