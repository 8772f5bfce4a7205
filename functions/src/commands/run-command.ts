import { AppError, toAppError } from '@countersign/domain/errors';
import { canonicalJson, derivedId, sha256Hex } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import {
  commandSchemas,
  type CommandName,
  type CommandResults,
  type ParsedCommand,
} from '@countersign/domain/schemas/commands';
import { inWords } from '@countersign/domain/plan/sentence';
import type { Role } from '@countersign/domain/schemas/common';
import type { Member } from '@countersign/domain/schemas/organization';
import * as z from 'zod';
import { ChangeSet } from '../engine/change-set.ts';
import type { Deps } from '../engine/deps.ts';
import { log } from '../log.ts';
import { refs } from '../refs.ts';
import { read, type Transaction, type Write } from '../store/database.ts';
import { drainStream } from '../streams/index.ts';
import { recordDenial } from './denials.ts';

/** Who calls: what the platform's sign-in has proven, and no more. Roles are read from the member's document. */
export interface Caller {
  readonly uid: string;
}

export interface CommandContext<N extends CommandName, P> {
  readonly deps: Deps;
  readonly tx: Transaction;
  readonly input: ParsedCommand<N>;
  readonly member: Member;
  /** What `prepare` read from outside. */
  readonly prepared: P;
  readonly now: string;
  /** Names this call: a retry has the same. */
  readonly callId: string;
  readonly change: ChangeSet;
}

export interface Decision<N extends CommandName> {
  readonly result: CommandResults[N];
  /** All writes of the command, made by the context's change set. */
  readonly writes: readonly Write[];
  /** Work that is due now: one, or each of several. */
  readonly wake?: string | readonly string[];
  /** What can be tidied outside once this is committed; whatever becomes of it, the decision stands. */
  readonly afterwards?: () => Promise<void>;
}

/** One command: who may give it, what it reads first, and its decision in a transaction. */
export interface Command<N extends CommandName, P = undefined> {
  readonly name: N;
  /** Any one of these roles. The decision may ask for more. */
  readonly roles: readonly Role[];
  /** Reads from outside systems, before the transaction. The caller's role has been checked. */
  readonly prepare?: (deps: Deps, input: ParsedCommand<N>, member: Member) => Promise<P>;
  /** The part of the input that is hashed into the idempotency record; a secret is left out of it. */
  readonly hashed?: (input: ParsedCommand<N>) => unknown;
  readonly decide: (context: CommandContext<N, P>) => Promise<Decision<N>>;
}

const recordSchema = z.strictObject({
  inputHash: z.string(),
  result: z.record(z.string(), z.unknown()),
  at: z.string(),
});

/**
 * Run a command once: parse, check the member, decide, and commit the change with its audit event and its idempotency
 * record. The same key with the same input returns the first result; with another input it is refused.
 * @throws AppError with a message for the caller
 */
export async function runCommand<N extends CommandName, P>(
  deps: Deps,
  command: Command<N, P>,
  caller: Caller | null,
  raw: unknown,
): Promise<CommandResults[N]> {
  try {
    if (caller === null) throw new AppError('unauthenticated', 'Sign in first.');
    return await decideOnce(deps, command, caller, parseInput(command.name, raw));
  } catch (error) {
    const failure = toAppError(error);
    await recordDenial(deps, command.name, caller, raw, failure);
    throw failure;
  }
}

function parseInput<N extends CommandName>(name: N, raw: unknown): ParsedCommand<N> {
  const parsed = commandSchemas[name].safeParse(raw);
  if (parsed.success) return parsed.data as ParsedCommand<N>;
  const issues = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  const first = issues[0];
  throw new AppError(
    'invalid_argument',
    first === undefined ? 'The input is not valid' : `${first.path}: ${first.message}`,
    { details: { issues } },
  );
}

async function decideOnce<N extends CommandName, P>(
  deps: Deps,
  command: Command<N, P>,
  caller: Caller,
  input: ParsedCommand<N>,
): Promise<CommandResults[N]> {
  const { orgId, idempotencyKey } = input;
  const callId = derivedId('command', command.name, orgId, caller.uid, idempotencyKey);
  const recordPath = paths.idempotency(orgId, callId);
  const inputHash = sha256Hex(canonicalJson(command.hashed?.(input) ?? input));
  const [early, knownMember] = await Promise.all([deps.db.get(recordPath), memberOf(deps.db, command, caller, orgId)]);
  if (early !== null) return replay<N>(early.data, inputHash);
  const prepared = (await command.prepare?.(deps, input, knownMember)) as P;
  const decision = await deps.db.transaction(async (tx): Promise<Decision<N>> => {
    const earlier = await tx.get(recordPath);
    if (earlier !== null) return { result: replay<N>(earlier.data, inputHash), writes: [] } satisfies Decision<N>;
    const member = await memberOf(tx, command, caller, orgId);
    const now = deps.now().toISOString();
    const change = new ChangeSet(
      orgId,
      `command-${callId}`,
      { kind: 'member', uid: member.uid, roles: member.roles },
      now,
    );
    const decided: Decision<N> = await command.decide({ deps, tx, input, member, prepared, now, callId, change });
    tx.write(...decided.writes, {
      op: 'create',
      path: recordPath,
      data: { inputHash, result: decided.result, at: now },
    });
    return decided;
  });
  for (const workId of [decision.wake ?? []].flat()) await deps.wake(orgId, workId);
  await decision
    .afterwards?.()
    .catch((error: unknown) => log.notTidied({ command: command.name, message: String(error) }));
  await drainNow(deps, orgId);
  return decision.result;
}

/** The change stands whatever happens here: the tick drains what this call could not. */
async function drainNow(deps: Deps, orgId: string): Promise<void> {
  for (const name of ['audit', 'ledger'] as const) {
    await drainStream(deps.streams, orgId, name).catch((error: unknown) =>
      log.tickFailed({ part: `drain ${name}`, message: String(error) }),
    );
  }
}

function replay<N extends CommandName>(data: Record<string, unknown>, inputHash: string): CommandResults[N] {
  const record = recordSchema.parse(data);
  if (record.inputHash !== inputHash)
    throw new AppError('idempotency_key_reused', 'This key was used for another request. Use a new one.');
  return record.result as unknown as CommandResults[N];
}

async function memberOf<N extends CommandName, P>(
  from: Pick<Transaction, 'get' | 'getAll'>,
  command: Command<N, P>,
  caller: Caller,
  orgId: string,
): Promise<Member> {
  const member = await read(from, refs.member(orgId, caller.uid));
  if (member === null || !member.active)
    throw new AppError('permission_denied', 'You are not an active member of this organization.');
  if (!command.roles.some((role) => member.roles.includes(role))) {
    throw new AppError('permission_denied', `This takes the role ${inWords(command.roles, 'or')}.`);
  }
  return member;
}
