import * as z from 'zod';
import { VIOLATION_CODES } from './meter.ts';
import type { FromChild, ThrownByPlugin } from './protocol.ts';

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
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({
    type: z.literal('call'),
    id: z.int(),
    method: z.string(),
    args: z.string(),
    text: z.string().nullable(),
  }),
  z.strictObject({ type: z.literal('log'), level: z.enum(['debug', 'info', 'warn', 'error']), message: z.string() }),
  z.strictObject({ type: z.literal('result'), json: z.string(), usage }),
  z.strictObject({ type: z.literal('thrown'), json: z.string(), usage }),
  z.strictObject({ type: z.literal('violation'), code: z.enum(VIOLATION_CODES), message: z.string(), usage }),
]);

const thrownByPlugin: z.ZodType<ThrownByPlugin> = z.strictObject({
  name: z.string(),
  message: z.string(),
  stack: z.array(z.string()),
  issues: z.array(z.unknown()).exactOptional(),
  call: z.int().exactOptional(),
});

export function parseFromChild(message: unknown): FromChild {
  return fromChild.parse(message);
}

export function parseThrown(value: unknown): ThrownByPlugin {
  return thrownByPlugin.parse(value);
}
