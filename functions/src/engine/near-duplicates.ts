import { isAppError } from '@countersign/domain/errors';
import { derivedId } from '@countersign/domain/hash';
import { formatMoney, toMinor } from '@countersign/domain/money/money';
import { paths } from '@countersign/domain/paths';
import { claimId } from '@countersign/domain/plan/effect-checks';
import { moneyOf, payeeOf, referenceOf } from '@countersign/domain/plan/effect-facts';
import type { ClaimKind, Effect } from '@countersign/domain/schemas/effect';
import type { Execution, ExecutionState, Problem } from '@countersign/domain/schemas/execution';
import type { RecentPayment, RecentPayments } from '@countersign/domain/schemas/recent-payments';
import { refs } from '../refs.ts';
import { readAll, type DocRef, type Write } from '../store/database.ts';
import type { Deps } from './deps.ts';
import { fenced, type Lease } from './work.ts';

const DAY_MS = 86_400_000;
export const NEAR_DUPLICATE_DAYS = 30;
const MAX_ENTRIES = 5_000;
/** As JSON text: far below a document's limit. */
const MAX_ENTRY_CHARS = 600_000;
const ACCOUNTS_A_COMMIT = 200;
const DOCUMENTS_A_READ = 1_000;
/** The newest of those that look alike are looked at; more are a file that was paid before under other references. */
const MAX_LOOKED_AT = 20_000;

/** Payments of one plan that share a document: one kind, one account, one currency. */
interface Group {
  readonly id: string;
  readonly kind: ClaimKind;
  readonly account: string;
  readonly currency: string;
  readonly payments: { readonly effect: Effect; readonly amountMinor: string }[];
}

type Like = RecentPayment & { readonly group: Group };

/**
 * Notices for payments that look like one of another execution, waiting or applied: same account, amount and currency
 * within 30 days, under another reference. What this plan would pay is put down in the same commits, so that of two
 * plans made at once at least one sees the other. What failed, or whose execution came to nothing, is no duplicate:
 * nobody cleans the entries up, their executions and claims are looked at instead.
 *
 * Payouts and transfers are apart: a transfer to an account is often followed by a payout from it.
 * @param related executions whose payments this one may repeat: those that it resumes
 */
export async function findNearDuplicates(
  deps: Deps,
  lease: Lease,
  execution: Execution,
  effects: readonly Effect[],
  related: ReadonlySet<string> = new Set(),
): Promise<Problem[]> {
  const groups = groupsOf(effects);
  const like: Like[] = [];
  for (let start = 0; start < groups.length; start += ACCOUNTS_A_COMMIT)
    like.push(...(await noteSome(deps, lease, execution.id, groups.slice(start, start + ACCOUNTS_A_COMMIT))));
  const others = like
    .filter(({ executionId }) => !related.has(executionId))
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, MAX_LOOKED_AT);
  return others.length === 0 ? [] : noticesOf(groups, await standing(deps, lease.orgId, others));
}

function groupsOf(effects: readonly Effect[]): Group[] {
  const groups = new Map<string, Group>();
  for (const effect of effects) {
    const [money, payee, claim] = [moneyOf(effect), payeeOf(effect), effect.claim];
    if (money === null || payee === null || claim === null) continue;
    const id = derivedId('recent-payments', claim.kind, payee.account, money.currency);
    const group = groups.get(id) ?? {
      id,
      kind: claim.kind,
      account: payee.account,
      currency: money.currency,
      payments: [],
    };
    group.payments.push({ effect, amountMinor: money.amountMinor.toString() });
    groups.set(id, group);
  }
  return [...groups.values()];
}

/** Accounts that are paid very often have large documents: then fewer fit into a commit. */
async function noteSome(deps: Deps, lease: Lease, executionId: string, groups: readonly Group[]): Promise<Like[]> {
  try {
    return await noteChunk(deps, lease, executionId, groups);
  } catch (error) {
    if (!isAppError(error) || error.code !== 'limit_exceeded' || groups.length === 1) throw error;
    const half = Math.ceil(groups.length / 2);
    return [
      ...(await noteSome(deps, lease, executionId, groups.slice(0, half))),
      ...(await noteSome(deps, lease, executionId, groups.slice(half))),
    ];
  }
}

/** Put down what is planned, and find what looks like it. Planned a second time, it takes the place of the first. */
async function noteChunk(deps: Deps, lease: Lease, executionId: string, groups: readonly Group[]): Promise<Like[]> {
  const now = deps.now();
  const since = new Date(now.getTime() - NEAR_DUPLICATE_DAYS * DAY_MS).toISOString();
  const at = now.toISOString();
  return fenced(deps, lease, async (tx) => {
    const stored = await readAll(
      tx,
      groups.map(({ id }) => refs.recentPayments(lease.orgId, id)),
    );
    const like: Like[] = [];
    const writes = groups.map((group, index): Write => {
      const others = (stored[index]?.entries ?? []).filter((one) => one.executionId !== executionId && one.at >= since);
      const amounts = new Set(group.payments.map(({ amountMinor }) => amountMinor));
      for (const other of others) if (amounts.has(other.amountMinor)) like.push({ ...other, group });
      const own = group.payments.map(({ effect, amountMinor }) => ({
        amountMinor,
        executionId,
        reference: referenceOf(effect),
        at,
      }));
      return {
        op: 'set',
        path: paths.recentPayments(lease.orgId, group.id),
        data: toStored(group, newest([...others, ...own]), at),
      };
    });
    tx.write(...writes);
    return like;
  });
}

/** The newest, in the order in which they were planned, as many as fit. */
function newest(entries: readonly RecentPayment[]): RecentPayment[] {
  const kept: RecentPayment[] = [];
  let chars = 0;
  for (const entry of entries.toReversed()) {
    chars += JSON.stringify(entry).length + 1;
    if (kept.length === MAX_ENTRIES || chars > MAX_ENTRY_CHARS) break;
    kept.push(entry);
  }
  return kept.reverse();
}

function toStored({ kind, account, currency }: Group, entries: readonly RecentPayment[], at: string) {
  const document: RecentPayments = { kind, account, currency, entries: [...entries], updatedAt: at };
  return { ...document, entries: JSON.stringify(entries) };
}

type By = Pick<Execution, 'title' | 'state'>;
type Standing = Like & { readonly by: By };

/** Whether a run pays what it has planned: `some` of it, so that each claim must be looked at. */
const PAYS: Readonly<Record<ExecutionState, 'all' | 'some' | 'none'>> = {
  planning: 'all',
  awaiting_approval: 'all',
  approved: 'all',
  applying: 'some',
  completed: 'all',
  needs_repair: 'some',
  rejected: 'none',
  cancelled: 'some',
  expired: 'none',
  drifted: 'some',
  failed: 'none',
};

/** Those whose own execution pays them, or has, or may have: it is alive or complete, or it holds their claim. */
async function standing(deps: Deps, orgId: string, like: readonly Like[]): Promise<Standing[]> {
  const ids = [...new Set(like.map(({ executionId }) => executionId))];
  const executions = await readInChunks(
    deps,
    ids.map((id) => refs.execution(orgId, id)),
  );
  const byId = new Map(ids.map((id, index) => [id, executions[index] ?? null]));
  const found = like.flatMap((one): Standing[] => {
    const by = byId.get(one.executionId) ?? null;
    return by === null || PAYS[by.state] === 'none' || endedUndone(by) ? [] : [{ ...one, by }];
  });
  const inDoubt = found.filter(({ by }) => PAYS[by.state] === 'some');
  const claims = await readInChunks(
    deps,
    inDoubt.map(({ group, reference }) => refs.claim(orgId, claimId(group.kind, reference))),
  );
  const freed = new Set(inDoubt.filter((one, index) => claims[index]?.executionId !== one.executionId));
  return found.filter((one) => !freed.has(one));
}

const endedUndone = ({ state, tally }: Execution): boolean =>
  (state === 'cancelled' || state === 'drifted') && tally === null;

async function readInChunks<T>(deps: Deps, wanted: readonly DocRef<T>[]): Promise<(T | null)[]> {
  const found: (T | null)[] = [];
  for (let start = 0; start < wanted.length; start += DOCUMENTS_A_READ)
    found.push(...(await readAll(deps.db, wanted.slice(start, start + DOCUMENTS_A_READ))));
  return found;
}

/** One notice for each payment that has its like, naming the newest. */
function noticesOf(groups: readonly Group[], like: readonly Standing[]): Problem[] {
  const byAmount = new Map<string, Standing[]>();
  for (const one of like) {
    const key = `${one.group.id} ${one.amountMinor}`;
    const same = byAmount.get(key);
    if (same === undefined) byAmount.set(key, [one]);
    else same.push(one);
  }
  return groups.flatMap((group) =>
    group.payments.flatMap(({ effect, amountMinor }): Problem[] => {
      const [first, ...more] = byAmount.get(`${group.id} ${amountMinor}`) ?? [];
      return first === undefined ? [] : [noticeOf(effect, group, amountMinor, first, more.length)];
    }),
  );
}

function noticeOf(effect: Effect, group: Group, amountMinor: string, like: Standing, more: number): Problem {
  const others = more === 0 ? '' : ` (and ${more.toLocaleString('en-US')} more)`;
  return {
    line: effect.line,
    column: null,
    reference: referenceOf(effect),
    code: 'near_duplicate',
    message: `${formatMoney(toMinor(amountMinor), group.currency)} to ${group.account} is also in "${like.by.title}" of ${like.at.slice(0, 10)} under reference ${like.reference}${others}, ${WORDS[like.by.state] ?? 'which has paid it or may have'}`,
    remedy: 'Make sure that both are meant: the references differ, so both are paid',
    severity: 'notice',
  };
}

const WORDS: Partial<Record<ExecutionState, string>> = {
  planning: 'which is being planned',
  awaiting_approval: 'which waits for approval',
  approved: 'which is approved',
  applying: 'which is being paid',
};
