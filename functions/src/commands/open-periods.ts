import { derivedId } from '@countersign/domain/hash';
import { AppError } from '@countersign/domain/errors';
import { isDay } from '@countersign/domain/ledger/days';
import { closedThrough, MAX_PERIODS } from '@countersign/domain/ledger/periods';
import { paths } from '@countersign/domain/paths';
import { periodSchema } from '@countersign/domain/schemas/period';
import type { Command } from './run-command.ts';

/** Periods that are to be closed one after the other: they do not overlap, and none begins in what is closed. */
export const openPeriods: Command<'openPeriods'> = {
  name: 'openPeriods',
  roles: ['treasurer', 'admin'],
  async decide({ tx, input, change }) {
    const { orgId } = input;
    const stored = await tx.query({
      collection: paths.periods(orgId),
      orderBy: [['__name__', 'asc']],
      limit: MAX_PERIODS,
    });
    const there = stored.map(({ data }) => periodSchema.parse(data));
    if (there.length + input.periods.length > MAX_PERIODS)
      throw new AppError('limit_exceeded', `A ledger has at most ${MAX_PERIODS} periods.`);
    const closed = closedThrough(there);
    const all: { readonly id: string; readonly from: string; readonly to: string }[] = [...there];
    for (const period of input.periods) {
      const { id, from, to } = period;
      if (!isDay(from) || !isDay(to) || from > to)
        throw new AppError('invalid_argument', `Period ${id} from ${from} to ${to} is no range of days.`);
      if (closed !== null && from <= closed)
        throw new AppError('failed_precondition', `The ledger is closed through ${closed}; ${id} would begin before.`);
      const other = all.find((one) => one.id === id || (one.from <= to && from <= one.to));
      if (other !== undefined)
        throw new AppError(
          'failed_precondition',
          `Period ${id} would overlap ${other.id} (${other.from} to ${other.to}).`,
        );
      all.push(period);
      change.post({ type: 'open_period', id: derivedId('open-period', orgId, id), period });
    }
    const opened = input.periods.length;
    const [first, last] = [input.periods[0]?.from ?? '', input.periods.at(-1)?.to ?? ''];
    const data = { opened: String(opened), from: first, to: last };
    return { result: { opened }, writes: change.toWrites('periods.opened', { data }) };
  },
};
