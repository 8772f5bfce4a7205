import { plural } from '@countersign/domain/plan/sentence';
import { toCsv, type Report, type ReportInput } from '@countersign/plugin-sdk';

const COLUMNS = ['line', 'reference', 'day', 'journal', 'status', 'reason'] as const;

/** One row for each deal, and one for each that was left out. */
export function makeReport({ effects, outcomes, problems }: Omit<ReportInput<unknown>, 'parameters'>): Report {
  const byKey = new Map(outcomes.map((outcome) => [outcome.key, outcome]));
  const deals = effects.filter((effect) => effect.kind === 'ledger.journal');
  const booked = deals.filter(({ key }) => byKey.get(key)?.status === 'succeeded').length;
  const refused = problems.filter(({ severity }) => severity === 'refused');
  const rows = [
    ...deals.map(({ key, line, claim, journal }) => ({
      line: String(line ?? ''),
      reference: claim?.reference ?? '',
      day: journal.effectiveDay ?? '',
      journal: byKey.get(key)?.journalId ?? '',
      status: byKey.get(key)?.status === 'succeeded' ? 'booked' : 'not booked',
      reason: byKey.get(key)?.message ?? '',
    })),
    ...refused.map(({ line, reference, message, remedy }) => ({
      line: String(line ?? ''),
      reference: reference ?? '',
      day: '',
      journal: '',
      status: 'left out',
      reason: `${message}. ${remedy}`,
    })),
  ].sort((a, b) => Number(a.line) - Number(b.line));
  return {
    success: booked === deals.length,
    message: `${plural(booked, 'deal')} of ${deals.length} booked${refused.length === 0 ? '' : `, ${plural(refused.length, 'row')} left out`}.`,
    files: [{ name: 'deals.csv', contentType: 'text/csv', text: toCsv(COLUMNS, rows) }],
    notifications: [],
  };
}
