import { toBase } from '@countersign/domain/approval/base-amount';
import { settled, withEntry } from '@countersign/domain/approval/rolling';
import { derivedId } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import { moneyOf, payeeOf } from '@countersign/domain/plan/effect-facts';
import { Totals } from '@countersign/domain/plan/totals';
import type { Effect } from '@countersign/domain/schemas/effect';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { UsedRate } from '@countersign/domain/schemas/plan-traits';
import { rollupSchema, toStoredRollup, type Rollup } from '@countersign/domain/schemas/rollup';
import { refs } from '../refs.ts';
import { readAll, type Write } from '../store/database.ts';
import type { Deps } from './deps.ts';
import { fenced, type Lease } from './work.ts';

const ROLLUPS_A_COMMIT = 250;
const MAX_RELEASE_ROUNDS = 1_000;

/** Whom or what an amount counts for. */
export interface RollupSubject {
  readonly kind: Rollup['kind'];
  readonly subject: string;
  /** In the base currency; null when it is not known. */
  readonly amountMinor: string | null;
}

export const rollupId = (kind: Rollup['kind'], subject: string): string => derivedId('rollup', kind, subject);

/**
 * Count an execution for its requester, payees and files, and return what they come to, in the same order. It is
 * counted first and looked at after, in one transaction each: of two executions that are planned at once, the later
 * sees the earlier, whatever the two then wait for.
 */
export async function takeRollups(
  deps: Deps,
  lease: Lease,
  executionId: string,
  subjects: readonly RollupSubject[],
  now: string,
): Promise<Rollup[]> {
  // A worker before this one may have counted it for payees that this plan does not have.
  if (lease.token > 1) await releaseRollupsOf(deps, lease, executionId);
  const counted: Rollup[] = [];
  for (let start = 0; start < subjects.length; start += ROLLUPS_A_COMMIT) {
    const chunk = subjects.slice(start, start + ROLLUPS_A_COMMIT);
    counted.push(
      ...(await fenced(deps, lease, async (tx) => {
        const places = chunk.map(({ kind, subject }) => refs.rollup(lease.orgId, rollupId(kind, subject)));
        const before = await readAll(tx, places);
        const after = chunk.map((one, at) =>
          withEntry(
            before[at] ?? null,
            { kind: one.kind, subject: one.subject },
            { executionId, at: now, amountMinor: one.amountMinor },
            now,
          ),
        );
        tx.write(...after.map((rollup, at) => stored(places[at]?.path ?? '', rollup)));
        return after;
      })),
    );
  }
  return counted;
}

function stored(path: string, rollup: Rollup): Write {
  return rollup.entries.length === 0 ? { op: 'delete', path } : { op: 'set', path, data: toStoredRollup(rollup) };
}

/** An execution that ended undone counts for nobody. */
export async function releaseRollupsOf(deps: Deps, lease: Lease, executionId: string): Promise<void> {
  const now = deps.now().toISOString();
  for (let round = 0; round < MAX_RELEASE_ROUNDS; round += 1) {
    const found = await fenced(deps, lease, async (tx) => {
      const page = await tx.query({
        collection: paths.rollups(lease.orgId),
        where: [['executionIds', 'array-contains', executionId]],
        limit: ROLLUPS_A_COMMIT,
      });
      tx.write(
        ...page.map(({ path, data }) => stored(path, settled(rollupSchema.parse(data), executionId, null, now))),
      );
      return page.length;
    });
    if (found < ROLLUPS_A_COMMIT) return;
  }
}

/** Of an execution that was done in part, only that part counts. @param done effects that were done, or may have been */
export async function settleRollups(
  deps: Deps,
  lease: Lease,
  execution: Execution,
  effects: readonly Effect[],
  done: readonly Effect[],
): Promise<void> {
  const base = execution.plan?.traits?.base;
  if (base == null || done.length === effects.length) return;
  if (done.length === 0) return releaseRollupsOf(deps, lease, execution.id);
  const now = deps.now().toISOString();
  const kept = new Map(
    moneySubjects(execution.requestedBy, done, base.currency, base.rates).map((one) => [
      `${one.kind} ${one.subject}`,
      one.amountMinor,
    ]),
  );
  const all = moneySubjects(execution.requestedBy, effects, base.currency, base.rates);
  for (let start = 0; start < all.length; start += ROLLUPS_A_COMMIT) {
    const chunk = all.slice(start, start + ROLLUPS_A_COMMIT);
    await fenced(deps, lease, async (tx) => {
      const places = chunk.map(({ kind, subject }) => refs.rollup(lease.orgId, rollupId(kind, subject)));
      const before = await readAll(tx, places);
      tx.write(
        ...before.flatMap((rollup, at) => {
          const one = chunk[at];
          if (rollup === null || one === undefined) return [];
          const amount = kept.get(`${one.kind} ${one.subject}`) ?? null;
          // Not known stays not known: it was done.
          if (amount === null && kept.has(`${one.kind} ${one.subject}`)) return [];
          return [stored(places[at]?.path ?? '', settled(rollup, execution.id, amount, now))];
        }),
      );
    });
  }
}

/** The requester and each payee with what these effects move for them; nobody when they move nothing. */
export function moneySubjects(
  requestedBy: string,
  effects: readonly Effect[],
  baseCurrency: string,
  rates: readonly UsedRate[],
): RollupSubject[] {
  const all = new Totals();
  const byPayee = new Map<string, Totals>();
  for (const effect of effects) {
    const [money, payee] = [moneyOf(effect), payeeOf(effect)];
    if (money === null) continue;
    all.add(money.currency, money.amountMinor);
    if (payee === null) continue;
    const totals = byPayee.get(payee.account) ?? new Totals();
    byPayee.set(payee.account, totals.add(money.currency, money.amountMinor));
  }
  const amountOf = (totals: Totals): string | null => toBase(totals.toList(), baseCurrency, rates).amountMinor;
  if (all.toList().length === 0) return [];
  return [
    { kind: 'requester', subject: requestedBy, amountMinor: amountOf(all) },
    ...[...byPayee].map(([subject, totals]) => ({ kind: 'payee' as const, subject, amountMinor: amountOf(totals) })),
  ];
}
