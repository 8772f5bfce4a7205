import { toMajorText, toMinor } from '@countersign/domain/money/money';
import { plural } from '@countersign/domain/plan/sentence';
import type { EffectOf, Outcome } from '@countersign/domain/schemas/effect';
import { toCsv, type Report, type ReportInput } from '@countersign/plugin-sdk';

const COLUMNS = [
  'currency',
  'day',
  'position',
  'cost',
  'rates',
  'value',
  'booked before',
  'base',
  'journal',
  'status',
] as const;

/** One row for each currency: what its journal was made from, out of the journal's own metadata, and what became of it. */
export function makeReport({ effects, outcomes, problems }: Omit<ReportInput<unknown>, 'parameters'>): Report {
  const byKey = new Map(outcomes.map((outcome) => [outcome.key, outcome]));
  const journals = effects.filter((effect) => effect.kind === 'ledger.journal');
  const booked = journals.filter(({ key }) => byKey.get(key)?.status === 'succeeded');
  const left = new Set(problems.filter(({ severity }) => severity === 'refused').map(({ reference }) => reference))
    .size;
  return {
    success: booked.length === journals.length && left === 0,
    message: `${plural(booked.length, 'position')} of ${journals.length + left} revalued.`,
    files: [
      {
        name: 'revaluation.csv',
        contentType: 'text/csv',
        text: toCsv(COLUMNS, [
          ...journals.map((effect) => rowOf(effect, byKey.get(effect.key))),
          ...problems.map((problem) => ({
            ...EMPTY,
            currency: problem.reference ?? '',
            status: `left out: ${problem.message}`,
          })),
        ]),
      },
    ],
    notifications: [],
  };
}

type Row = Record<(typeof COLUMNS)[number], string>;
const EMPTY = Object.fromEntries(COLUMNS.map((column) => [column, ''])) as Row;

function rowOf({ journal }: EffectOf<'ledger.journal'>, outcome: Outcome | undefined): Row {
  const said = (key: string): string => journal.metadata?.[`fx.${key}`] ?? '';
  const [currency, base] = [said('currency'), said('base')];
  const inBase = (key: string): string => toMajorText(toMinor(said(key)), base);
  return {
    currency,
    day: said('day'),
    position: toMajorText(toMinor(said('quantity')), currency),
    cost: inBase('cost'),
    rates: [said('rate.1'), said('rate.2')].filter((words) => words !== '').join('; '),
    value: inBase('value'),
    'booked before': inBase('former'),
    base,
    journal: outcome?.journalId ?? '',
    status:
      outcome?.status === 'succeeded'
        ? 'booked'
        : `not booked${outcome?.message == null ? '' : `: ${outcome.message}`}`,
  };
}
