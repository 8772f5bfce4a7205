import * as z from 'zod';
import { idSchema, instantSchema } from './common.ts';

/** More wait outside, and look again after a minute. */
export const MAX_IN_QUEUE = 200;

/** One execution that applies, or waits for its turn. Its place is by `approvedAt`, then by id. */
export const queueEntrySchema = z.strictObject({
  /** Names it within the queue, in few bytes. */
  ticket: z.int().min(1),
  executionId: idSchema,
  operationId: idSchema,
  /** Of the plan that was signed. */
  attempt: z.int().min(1),
  approvedAt: instantSchema,
  state: z.enum(['waiting', 'running']),
  /** Distinct accounts that it pays. */
  payees: z.int().min(0),
  /** Tickets of those, there when it came, that pay an account which it pays too. */
  shares: z.array(z.int()).max(MAX_IN_QUEUE),
});
export type QueueEntry = z.infer<typeof queueEntrySchema>;

/** `orgs/{orgId}/queues/apply`: written in the commits that begin, pause and end an execution. */
export const queueSchema = z.strictObject({
  nextTicket: z.int().min(1),
  entries: z.array(queueEntrySchema).max(MAX_IN_QUEUE),
  updatedAt: instantSchema,
});
export type Queue = z.infer<typeof queueSchema>;

/** `orgs/{orgId}/executions/{id}/planPayees/{attempt}`: 40 bits of the hash of each account that a plan pays, sorted, as base64. */
export const planPayeesSchema = z.strictObject({ attempt: z.int().min(1), accounts: z.string().max(720_000) });
