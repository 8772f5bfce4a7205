import { derivedId } from '@countersign/domain/hash';
import { AppError } from '@countersign/domain/errors';
import { MAX_PERIODS } from '@countersign/domain/ledger/periods';
import { paths } from '@countersign/domain/paths';
import { periodSchema, type Period } from '@countersign/domain/schemas/period';
import type { ChangeOf } from '@countersign/domain/schemas/proposal';
import { checklistLines, closingChecklist } from '../ledger/closing-checklist.ts';
import type { Reader } from './change-kind.ts';
import type { ChangeDefinition } from './change-kind.ts';
import type { Transaction } from '../store/database.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';

type PeriodChange = ChangeOf<'period.change'>;

const DOES = { close: 'closes', lock: 'locks for good', reopen: 'opens again' } as const;
const INTENT = { close: 'close_period', lock: 'lock_period', reopen: 'reopen_period' } as const;
const NEEDS = { close: 'open', lock: 'closed', reopen: 'closed' } as const;

/** Closing a period of the ledger, with what the one who decides should know first; locking it; opening it again. */
export const periodChange: ChangeDefinition<'period.change'> = {
  kind: 'period.change',
  proposers: ['treasurer', 'admin'],
  deciders: ['treasurer', 'executive', 'admin'],
  async base(tx, orgId, { action, periodId }) {
    const period = await periodOf(tx, orgId, periodId);
    if (period.state !== NEEDS[action])
      throw new AppError('failed_precondition', `The period ${periodId} is ${period.state}.`);
    return {
      version: period.version,
      shown: { state: period.state, from: period.from, to: period.to },
      title: `Ledger: ${DOES[action]} the period ${periodId} (${period.from} to ${period.to})`,
    };
  },
  async impact(deps, orgId, { action, periodId }) {
    const period = await periodOf(deps.db, orgId, periodId);
    if (action === 'reopen')
      return ['Entries for days of this period are accepted again; statements that were issued of it can change.'];
    return checklistLines(await closingChecklist(deps, orgId, period));
  },
  async apply({ tx, orgId, change, set, now }) {
    await assertInOrder(tx, orgId, change);
    set.post({
      type: INTENT[change.action],
      id: derivedId('change-period', orgId, set.commitId),
      periodId: change.periodId,
      reason: `decided ${now}`,
    });
  },
};

async function periodOf(from: Pick<Reader, 'get' | 'getAll'>, orgId: string, periodId: string): Promise<Period> {
  const period = await read(from, refs.period(orgId, periodId));
  if (period === null) throw new AppError('not_found', `There is no period ${periodId}.`);
  return period;
}

/** The writer refuses it out of order; whoever decides should hear that now, and not from an alert. */
async function assertInOrder(tx: Transaction, orgId: string, { action, periodId }: PeriodChange): Promise<void> {
  const stored = await tx.query({
    collection: paths.periods(orgId),
    orderBy: [['__name__', 'asc']],
    limit: MAX_PERIODS,
  });
  const periods = stored.map(({ data }) => periodSchema.parse(data));
  const period = periods.find((one) => one.id === periodId);
  if (period === undefined) throw new AppError('not_found', `There is no period ${periodId}.`);
  const inTheWay =
    action === 'reopen'
      ? periods.find((one) => one.from > period.to && one.state !== 'open')
      : periods.find(
          (one) => one.to < period.from && (action === 'close' ? one.state === 'open' : one.state !== 'locked'),
        );
  if (inTheWay !== undefined)
    throw new AppError(
      'failed_precondition',
      action === 'reopen'
        ? `The later period ${inTheWay.id} must be opened again first.`
        : `The earlier period ${inTheWay.id} must be ${action === 'close' ? 'closed' : 'locked'} first.`,
    );
}
