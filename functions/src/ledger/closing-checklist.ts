import { AppError } from '@countersign/domain/errors';
import { SUSPENSE_ACCOUNT } from '@countersign/domain/ledger/suspense';
import { inWords } from '@countersign/domain/plan/sentence';
import { paths } from '@countersign/domain/paths';
import type { Period } from '@countersign/domain/schemas/period';
import type { ClosingChecklistPage, ParsedStatementQuery } from '@countersign/domain/schemas/statement';
import type { Deps } from '../engine/deps.ts';
import { refs } from '../refs.ts';
import { read, type Database } from '../store/database.ts';
import { sumsOver } from './balances-at.ts';
import { revaluationDue } from './fx/revaluation-due.ts';

export interface ChecklistItem {
  readonly id: 'trial_balance' | 'pending' | 'suspense' | 'currencies' | 'unknown' | 'running' | 'alerts';
  readonly ok: boolean;
  /** What was found, in a sentence. */
  readonly text: string;
}

/** More of anything than this is told as "at least". */
const COUNTED = 200;

type ChecklistDeps = Pick<Deps, 'db' | 'streams'>;

/** As a proposal says them, and the screen reads them. */
export const checklistLines = (items: readonly ChecklistItem[]): string[] =>
  items.map(({ ok, text }) => `${ok ? 'Done' : 'Open'}: ${text}`);

/**
 * The checklist as it stands now, before anybody proposes anything.
 * @throws AppError `not_found`; `failed_precondition` for a period that is not open
 */
export async function readClosingChecklist(
  deps: ChecklistDeps,
  { orgId, periodId }: ParsedStatementQuery<'readClosingChecklist'>,
): Promise<ClosingChecklistPage> {
  const period = await read(deps.db, refs.period(orgId, periodId));
  if (period === null) throw new AppError('not_found', `There is no period ${periodId}.`);
  if (period.state !== 'open') throw new AppError('failed_precondition', `The period ${periodId} is ${period.state}.`);
  return { lines: checklistLines(await closingChecklist(deps, orgId, period)), next: null };
}

/** What should be settled before a period is closed. None of it forbids the closing but the ledger's own rules: who decides sees it. */
export async function closingChecklist(
  deps: ChecklistDeps,
  orgId: string,
  { to }: Pick<Period, 'to'>,
): Promise<readonly ChecklistItem[]> {
  const { sums } = await sumsOver(deps.streams, orgId, { from: null, to, knownAt: null });
  const [unknown, running, alerts] = await Promise.all([
    deps.db.query({ collection: paths.unknowns(orgId), limit: COUNTED }),
    deps.db.query({ collection: paths.executions(orgId), where: [['state', '==', 'applying']], limit: COUNTED }),
    deps.db.query({ collection: paths.alerts(orgId), where: [['state', '==', 'open']], limit: COUNTED }),
  ]);
  const number = (count: number): string => (count >= COUNTED ? `at least ${count}` : String(count));
  return [
    trialBalanceItem(sums, to),
    pendingItem(sums, to),
    suspenseItem(sums, to),
    await currenciesItem(deps.db, orgId, sums, to),
    {
      id: 'unknown',
      ok: unknown.length === 0,
      text:
        unknown.length === 0
          ? 'no payment has an unknown outcome'
          : `payments with an unknown outcome: ${number(unknown.length)}; they may be booked for a day of this period`,
    },
    {
      id: 'running',
      ok: running.length === 0,
      text:
        running.length === 0
          ? 'nothing is being applied'
          : `executions being applied: ${number(running.length)}; what they post later counts for the next period`,
    },
    {
      id: 'alerts',
      ok: alerts.length === 0,
      text:
        alerts.length === 0
          ? 'no alert is open'
          : alerts.length === 1
            ? 'one alert is open'
            : `${number(alerts.length)} alerts are open`,
    },
  ];
}

type Sums = Awaited<ReturnType<typeof sumsOver>>['sums'];

function trialBalanceItem(sums: Sums, day: string): ChecklistItem {
  const differences = new Map<string, bigint>();
  for (const { currency, postedDebit, postedCredit } of sums.values())
    differences.set(currency, (differences.get(currency) ?? 0n) + postedDebit - postedCredit);
  const wrong = [...differences].filter(([, difference]) => difference !== 0n).map(([currency]) => currency);
  return {
    id: 'trial_balance',
    ok: wrong.length === 0,
    text:
      wrong.length === 0
        ? `the trial balance at ${day} is exactly zero in ${differences.size === 0 ? 'every currency' : inWords([...differences.keys()].sort())}`
        : `the trial balance at ${day} is not zero in ${inWords(wrong)}`,
  };
}

function pendingItem(sums: Sums, day: string): ChecklistItem {
  const accounts = [...sums.values()].filter((one) => one.pendingDebit !== 0n || one.pendingCredit !== 0n).length;
  return {
    id: 'pending',
    ok: accounts === 0,
    text:
      accounts === 0
        ? `nothing is pending up to ${day}`
        : `${accounts} balances have pending entries up to ${day}; posted after the closing, they count for the next period`,
  };
}

function suspenseItem(sums: Sums, day: string): ChecklistItem {
  const left = [...sums.values()].filter(
    (one) => one.accountId === SUSPENSE_ACCOUNT && one.postedDebit !== one.postedCredit,
  );
  return {
    id: 'suspense',
    ok: left.length === 0,
    text:
      left.length === 0
        ? `nothing lies in suspense at ${day}`
        : `the suspense account is not empty at ${day}, in ${inWords(left.map((one) => one.currency).sort())}`,
  };
}

async function currenciesItem(db: Database, orgId: string, sums: Sums, day: string): Promise<ChecklistItem> {
  const balances = [...sums.values()].map(({ accountId, currency, postedDebit, postedCredit }) => ({
    accountId,
    currency,
    postedDebitMinor: postedDebit.toString(),
    postedCreditMinor: postedCredit.toString(),
  }));
  const { done, problems } = await revaluationDue(db, orgId, balances, day);
  const due = done.filter(({ journal }) => journal !== null).map(({ currency }) => currency);
  const reasons = [
    ...(due.length === 0 ? [] : [`positions in ${inWords(due)} are not revalued at ${day}`]),
    ...problems.map(({ message }) => message),
  ];
  const all = done.map(({ currency }) => currency);
  const well =
    all.length === 0 ? 'there are no currency positions' : `positions in ${inWords(all)} are revalued at ${day}`;
  return { id: 'currencies', ok: reasons.length === 0, text: reasons.length === 0 ? well : reasons.join('. ') };
}
