import type { Outcome, PageOutcomes, PlanPage } from '@countersign/domain/schemas/effect';
import type { Problem } from '@countersign/domain/schemas/execution';
import { expect, it } from 'vitest';
import { leftRows, leftRowsCsv } from './left-rows.ts';

const AT = '2026-11-22T10:00:00.000Z';
const refusal = (line: number | null, message: string, severity: Problem['severity'] = 'refused'): Problem => ({
  line,
  column: 'amount',
  reference: null,
  code: 'x',
  message,
  remedy: 'Mend it',
  severity,
});
const outcome = (line: number | null, status: Outcome['status'], message: string | null = null): Outcome => ({
  effectId: `e${line}`,
  key: `k${line}`,
  line,
  status,
  providerId: null,
  code: 'declined',
  message,
  journalId: null,
  settlement: null,
  at: AT,
});
const settledPage = (...outcomes: Outcome[]): PageOutcomes => ({
  attempt: 1,
  index: 0,
  state: 'settled',
  intents: [],
  outcomes,
  intendedAt: AT,
  settledAt: AT,
});
const planned = (...lines: (number | null)[]): PlanPage =>
  ({ effects: lines.map((line) => ({ key: `k${line}`, line })) }) as unknown as PlanPage;

it('names what was left out, failed or not reached, in the order of the file, and nothing else', () => {
  const left = leftRows(
    [refusal(9, 'Too much'), refusal(9, 'No payee'), refusal(2, 'Only a hint', 'notice'), refusal(null, 'The file')],
    [settledPage(outcome(5, 'failed', 'Refused by the bank'), outcome(2, 'succeeded'), outcome(3, 'unknown'))],
    [planned(2, 3, 5, 4, null)],
  );
  expect([...left.reasons]).toEqual([
    [4, 'Not done: the run ended before it came to this row'],
    [5, 'Refused by the bank'],
    [9, 'amount: Too much. Mend it | amount: No payee. Mend it'],
  ]);
  expect(left).toMatchObject({ refused: 1, failed: 2 });
});

it('falls back to the code where the provider said nothing, and counts what was skipped', () => {
  const left = leftRows([], [settledPage(outcome(2, 'failed'), outcome(3, 'not_done', 'What it needs failed'))], []);
  expect([...left.reasons.values()]).toEqual(['declined', 'What it needs failed']);
});

it('takes the rows as they stand in the file, also those that span lines', () => {
  const text = 'reference;amount\r\nA;"1,00\nx"\r\nB;2,00\r\n\r\nC;3,00\r\n';
  const reasons = new Map([
    [2, 'why A'],
    [6, 'why C'],
  ]);
  expect(leftRowsCsv(text, reasons)).toBe('reference;amount;line;reason\r\nA;"1,00\nx";2;why A\r\nC;3,00;6;why C\r\n');
});
