import { decodeText } from '@countersign/domain/csv/decode';
import { AppError } from '@countersign/domain/errors';
import { derivedId, sha256Hex } from '@countersign/domain/hash';
import type { Execution } from '@countersign/domain/schemas/execution';
import { claimKindSchema } from '@countersign/domain/schemas/effect';
import { idSchema } from '@countersign/domain/schemas/common';
import type { Account } from '@countersign/domain/schemas/account';
import type { StoredRecord } from '@countersign/domain/schemas/record';
import * as z from 'zod';
import { paths } from '@countersign/domain/paths';
import type { AccountSnapshot, MissingAccount } from '../effects/payment-provider.ts';
import { refs } from '../refs.ts';
import { readAll } from '../store/database.ts';
import type { BuiltPlugin } from './catalogue.ts';
import { lookupClaims } from './claims.ts';
import type { Deps } from './deps.ts';
import type { ExecutionLog } from './execution-log.ts';
import { readBalances, readRateTable } from '../ledger/fx/plan-reads.ts';
import type { PlanFiles } from './plan-files.ts';
import { LIMITS_OF_WORKLOAD } from '../sandbox/limits.ts';
import type { ReadRecorder } from './read-recorder.ts';

/** A file that a plugin reads as one text: it is in memory several times. Larger ones are read in pieces. */
const MAX_WHOLE_BYTES = 50 * 1024 * 1024;

const accountsArgs = z.strictObject({ accounts: z.array(z.string().max(100)).max(20_000) });
const claimsArgs = z.strictObject({
  kind: claimKindSchema,
  references: z.array(z.string().min(1).max(200)).max(60_000),
});
const recordsArgs = z.strictObject({
  type: z.string().regex(/^[a-z][a-z0-9-]{1,40}$/),
  ids: z.array(idSchema).max(1_000),
});
const ledgerAccountsArgs = z.strictObject({ ids: z.array(idSchema).max(1_000) });
const fileArgs = z.strictObject({ parameter: z.string() });

/**
 * The outside world as a plugin may see it while it plans: reads only, each recorded.
 * @param earlier executions that this one resumes
 */
export function planHandlers(
  deps: Deps,
  orgId: string,
  execution: Execution,
  recorder: ReadRecorder,
  files: PlanFiles,
  earlier: ReadonlySet<string> = new Set(),
): Record<string, (args: unknown) => Promise<unknown>> {
  const recorded = (call: string, run: (args: unknown) => Promise<unknown>) => async (args: unknown) => {
    const result = await run(args);
    recorder.record(call, args, result);
    return result;
  };
  const lookup = ({ kind, references }: z.infer<typeof claimsArgs>) =>
    lookupClaims(deps, orgId, execution.id, kind, references, earlier);
  return {
    ...files.handlers,
    'files.read': recorded('files.read', async (args) => readInput(deps, execution, fileArgs.parse(args).parameter)),
    'stripe.balances': recorded('stripe.balances', async (args) => ({
      accounts: await readAccounts(deps, orgId, accountsArgs.parse(args).accounts),
    })),
    'claims.lookup': recorded('claims.lookup', async (args) => ({
      taken: await lookup(claimsArgs.parse(args)),
    })),
    'records.get': recorded('records.get', async (args) => ({
      records: await readRecords(deps, orgId, recordsArgs.parse(args)),
    })),
    'ledger.balances': recorded('ledger.balances', (args) => readBalances(deps, orgId, args)),
    'fx.rates': recorded('fx.rates', (args) => readRateTable(deps, orgId, args)),
    'ledger.accounts': recorded('ledger.accounts', async (args) => ({
      accounts: await readLedgerAccounts(deps, orgId, ledgerAccountsArgs.parse(args).ids),
    })),
  };
}

/** What a report may see: the files that the plan was made from, and nothing of the outside. */
export function reportHandlers(deps: Deps, execution: Execution): Record<string, (args: unknown) => Promise<unknown>> {
  return { 'files.read': async (args) => readInput(deps, execution, fileArgs.parse(args).parameter) };
}

/** Records as they are now; those that are not there are left out. */
async function readRecords(
  deps: Deps,
  orgId: string,
  { type, ids }: z.infer<typeof recordsArgs>,
): Promise<Record<string, { version: number; fields: StoredRecord['fields'] }>> {
  const records = await readAll(
    deps.db,
    ids.map((id) => refs.record(orgId, type, id)),
  );
  return Object.fromEntries(
    ids.flatMap((id, at) => {
      const record = records[at] ?? null;
      return record === null ? [] : [[id, { version: record.version, fields: record.fields }] as const];
    }),
  );
}

/** What decides whether an account takes an entry; those that are not there are left out. */
async function readLedgerAccounts(
  deps: Deps,
  orgId: string,
  ids: readonly string[],
): Promise<Record<string, Pick<Account, 'name' | 'type' | 'postable' | 'currency' | 'openedOn' | 'closed'>>> {
  const accounts = await readAll(
    deps.db,
    ids.map((id) => refs.account(orgId, id)),
  );
  return Object.fromEntries(
    accounts.flatMap((account) => {
      if (account === null) return [];
      const { id, name, type, postable, currency, openedOn, closed } = account;
      return [[id, { name, type, postable, currency, openedOn, closed }] as const];
    }),
  );
}

/** Accounts as Stripe shows them. One that the ledger does not know can't be paid: its journal would be refused. */
async function readAccounts(
  deps: Deps,
  orgId: string,
  accounts: readonly string[],
): Promise<Record<string, AccountSnapshot | MissingAccount>> {
  const [snapshots, inLedger] = await Promise.all([
    deps.provider.readAccounts(accounts),
    deps.db.getAll(accounts.map((account) => paths.account(orgId, `stripe-balance.${account}`))),
  ]);
  return Object.fromEntries(
    accounts.map((account, index) => {
      const snapshot = snapshots.get(account) ?? {
        missing: true,
        code: 'account_unknown',
        message: `Stripe has no connected account ${account}`,
      };
      const missing: MissingAccount = {
        missing: true,
        code: 'account_not_in_ledger',
        message: `${account} has no accounts in the ledger yet: a treasurer opens them with its opening balance`,
      };
      return [account, inLedger[index] == null && !('missing' in snapshot) ? missing : snapshot];
    }),
  );
}

async function readInput(deps: Deps, execution: Execution, parameter: string): Promise<unknown> {
  const input = execution.inputs.find((file) => file.parameter === parameter);
  if (input === undefined) throw new AppError('not_found', `The run has no file for "${parameter}"`);
  if (input.sizeBytes > MAX_WHOLE_BYTES)
    throw new AppError(
      'limit_exceeded',
      `${input.name} has ${input.sizeBytes} bytes; this operation reads files of up to ${MAX_WHOLE_BYTES}. Split the file and run each part.`,
    );
  const bytes = await deps.objects.read(input.storagePath, input.generation);
  const sha256 = sha256Hex(bytes);
  if (sha256 !== input.sha256)
    throw new AppError('drift', `The stored bytes of ${input.name} are not those that were uploaded`);
  const decoded = decodeText(bytes);
  if ('issue' in decoded)
    throw new AppError('input_error', `${input.name}, line ${decoded.issue.line ?? 1}: ${decoded.issue.message}`, {
      details: { issues: [decoded.issue] },
    });
  return { name: input.name, sha256, text: decoded.text, encoding: decoded.encoding };
}

/** Run one entry of the plugin in the sandbox, with the execution's own clock and randomness. */
export async function runInSandbox(
  deps: Deps,
  plugin: BuiltPlugin,
  execution: Execution,
  entry: 'execute' | 'report',
  input: unknown,
  handlers: Record<string, (args: unknown) => Promise<unknown>>,
  log: ExecutionLog,
): Promise<unknown> {
  const { result, usage } = await deps.runPlugin({
    code: await plugin.code(),
    codeHash: plugin.codeHash,
    entry,
    input,
    clock: { now: execution.requestedAt, seed: derivedId('seed', execution.id) },
    capabilities: plugin.manifest.capabilities,
    handlers,
    limits: LIMITS_OF_WORKLOAD[plugin.manifest.workload ?? 'standard'],
    onLog: (line) => log.line(line.level, line.message, 'plugin'),
  });
  log.line(
    'debug',
    `Plugin ${plugin.manifest.name} ${plugin.manifest.version} ran ${entry} in ${usage.cpuMs} ms of processor time, ${usage.rssMiB} MiB`,
  );
  return result;
}
