import * as z from 'zod';
import { idSchema, sha256Schema } from './common.ts';

/** Every command names its organization and carries a key: the same key and input is the same command, once. */
const envelope = { orgId: idSchema, idempotencyKey: z.string().regex(/^[A-Za-z0-9_-]{8,100}$/) };
const reason = z.string().trim().min(3, 'Say why, in a few words').max(1000);

export const commandSchemas = {
  /** Plan an operation. File parameters hold file ids. */
  requestExecution: z.strictObject({
    ...envelope,
    operationId: idSchema,
    parameters: z.record(z.string(), z.unknown()),
  }),
  /** Sign exactly this digest. */
  approveExecution: z.strictObject({
    ...envelope,
    executionId: idSchema,
    digest: sha256Schema,
    comment: z.string().max(1000).default(''),
  }),
  rejectExecution: z.strictObject({ ...envelope, executionId: idSchema, digest: sha256Schema, reason }),
  /** Stop an execution: at once before it applies, between pages while it does. */
  cancelExecution: z.strictObject({ ...envelope, executionId: idSchema, reason }),
  /** The organization-wide stop, on or off. */
  setStop: z.strictObject({ ...envelope, active: z.boolean(), reason }),
  /** Open ledger accounts, with opening balances read at Stripe, for connected accounts that the ledger lacks. */
  openConnectedAccounts: z.strictObject({
    ...envelope,
    accounts: z
      .array(z.string().regex(/^acct_[A-Za-z0-9]{1,64}$/))
      .min(1)
      .max(200),
  }),
} as const;

export type CommandName = keyof typeof commandSchemas;
export type CommandInput<N extends CommandName> = z.input<(typeof commandSchemas)[N]>;
export type ParsedCommand<N extends CommandName> = z.output<(typeof commandSchemas)[N]>;

export interface CommandResults {
  requestExecution: { executionId: string };
  approveExecution: { state: string; remaining: number };
  rejectExecution: { state: string };
  cancelExecution: { state: string };
  setStop: { active: boolean };
  openConnectedAccounts: { opened: number; existing: number; missing: string[] };
}
