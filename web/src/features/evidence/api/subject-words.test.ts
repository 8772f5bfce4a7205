import { expect, test } from 'vitest';
import { countsInWords, periodProblem, subjectInWords } from './subject-words.ts';

test('a period is refused as the server would refuse it', () => {
  expect(periodProblem('2026-01-01', '2026-01-01')).toBeNull();
  expect(periodProblem('2025-01-01', '2026-01-01')).toBeNull();
  expect(periodProblem('2025-01-01', '2026-01-02')).toMatch(/366 days at most/);
  expect(periodProblem('2026-01-02', '2026-01-01')).toMatch(/before the first/);
  expect(periodProblem('', '2026-01-01')).toMatch(/both days/);
});

test('subjects and counts read as words', () => {
  expect(subjectInWords({ kind: 'period', from: '2026-01-01', to: '2026-01-31' })).toBe(
    '2026-01-01 to 2026-01-31 (UTC)',
  );
  expect(subjectInWords({ kind: 'ledger', format: 'hledger' })).toBe('Ledger, as an hledger file');
  const counts = { lines: 9, executions: 1, documents: 0, events: 24, journals: 1040, leaves: 3 };
  expect(countsInWords(counts)).toBe('1 run, 24 events, 1,040 journals');
});
