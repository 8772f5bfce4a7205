import { toMajorText } from '@countersign/domain/money/money';
import { plural } from '@countersign/domain/plan/sentence';
import type { Outcome } from '@countersign/domain/schemas/effect';
import { toCsv, type Report, type ReportInput } from '@countersign/plugin-sdk';
import type { JournalEffect } from './plan-journals.ts';

const COLUMNS = ['line', 'reference', 'date', 'currency', 'debits', 'entries', 'status', 'journal', 'reason'] as const;
type ResultRow = Readonly<Record<(typeof COLUMNS)[number], string>>;

const STATUS: Readonly<Record<Outcome['status'], string>> = {
  succeeded: 'posted',
  failed: 'refused',
  unknown: 'unknown',
  not_done: 'not posted',
};

/** The results file: a row for each journal and currency of the plan, and one for each problem. */
export function makeReport({
  effects: all,
  outcomes: list,
  problems,
}: Omit<ReportInput<unknown>, 'parameters'>): Report {
  const effects = all.filter((effect) => effect.kind === 'ledger.journal');
  const outcomes = new Map(list.map((outcome) => [outcome.key, outcome]));
  const rows = [
    ...effects.flatMap((effect) => rowsOf(effect, outcomes.get(effect.key))),
    ...problems
      .filter((problem) => problem.severity === 'refused')
      .map((problem): ResultRow => ({
        ...EMPTY,
        line: String(problem.line ?? ''),
        reference: problem.reference ?? '',
        status: 'left out',
        reason: `${problem.message}. ${problem.remedy}`,
      })),
  ].sort((a, b) => Number(a.line) - Number(b.line));
  const posted = effects.filter((effect) => outcomes.get(effect.key)?.status === 'succeeded').length;
  const rest = effects.length - posted;
  return {
    success: rest === 0,
    message:
      rest === 0
        ? `${plural(posted, 'journal')} ${posted === 1 ? 'is' : 'are'} posted.`
        : `${plural(posted, 'journal')} of ${effects.length.toLocaleString('en-US')} ${posted === 1 ? 'is' : 'are'} posted; the results say what became of the others.`,
    files: [{ name: 'journals.csv', contentType: 'text/csv', text: toCsv(COLUMNS, rows) }],
    notifications: [],
  };
}

const EMPTY: ResultRow = {
  line: '',
  reference: '',
  date: '',
  currency: '',
  debits: '',
  entries: '',
  status: '',
  journal: '',
  reason: '',
};

function rowsOf({ line, claim, journal }: JournalEffect, outcome: Outcome | undefined): ResultRow[] {
  const debits = new Map<string, { minor: bigint; entries: number }>();
  for (const { side, currency, amountMinor } of journal.entries) {
    const sum = debits.get(currency) ?? { minor: 0n, entries: 0 };
    debits.set(currency, {
      minor: sum.minor + (side === 'debit' ? BigInt(amountMinor) : 0n),
      entries: sum.entries + 1,
    });
  }
  return [...debits].map(([currency, { minor, entries }]) => ({
    line: String(line ?? ''),
    reference: claim?.reference ?? '',
    date: journal.effectiveDay ?? '',
    currency,
    debits: toMajorText(minor, currency),
    entries: String(entries),
    status: STATUS[outcome?.status ?? 'not_done'],
    journal: outcome?.journalId ?? '',
    reason: outcome?.message ?? '',
  }));
}
