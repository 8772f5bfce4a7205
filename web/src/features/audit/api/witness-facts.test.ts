import type { WitnessEntry, WitnessState } from '@countersign/domain/schemas/witness';
import { expect, test } from 'vitest';
import { quorumInWords, witnessLines } from './witness-facts.ts';

const NOW = Date.parse('2026-11-22T12:00:00.000Z');
const entry = (fields: Partial<WitnessEntry> = {}): WitnessEntry => ({
  alias: 'north',
  keyName: 'north.example/w',
  keyId: '01020304',
  askedSince: '2026-11-22T08:00:00.000Z',
  cosigned: { size: 1204, root: 'a'.repeat(64), at: '2026-11-22T11:58:00.000Z' },
  behindSince: null,
  failures: 0,
  notBefore: null,
  problem: null,
  ...fields,
});
const state = (
  stream: 'audit' | 'ledger',
  witnesses: WitnessEntry[],
  reachedSize: number | null = 1204,
): WitnessState => ({
  stream,
  origin: `countersign/acme/${stream}`,
  nextAt: null,
  quorum: '1 of (north, south)',
  reachedSize,
  witnesses,
  updatedAt: '2026-11-22T11:58:00.000Z',
});

test('one line a witness, over both logs', () => {
  const other = entry({ cosigned: { size: 80, root: 'b'.repeat(64), at: '2026-11-22T11:59:00.000Z' } });
  expect(witnessLines([state('audit', [entry()]), state('ledger', [other])], NOW)).toEqual([
    {
      keyName: 'north.example/w',
      tone: 'good',
      shape: 'disc-check',
      words: 'audit log up to 1,204; ledger up to 80',
      at: '2026-11-22T11:59:00.000Z',
    },
  ]);
});

test('behind for seconds is nothing; for long it is said, and why', () => {
  const just = entry({ behindSince: '2026-11-22T11:59:30.000Z' });
  expect(witnessLines([state('audit', [just])], NOW)).toMatchObject([{ tone: 'good', words: 'audit log up to 1,204' }]);
  const problem = {
    code: 'unknown_log',
    message: 'it knows no log of this name',
    size: null,
    since: '2026-11-22T09:00:00.000Z',
  } as const;
  const long = entry({ cosigned: null, behindSince: '2026-11-22T09:00:00.000Z', problem });
  expect(witnessLines([state('audit', [long])], NOW)).toMatchObject([
    { tone: 'act', words: 'nothing of the audit log yet, behind for 3 h: it knows no log of this name', at: null },
  ]);
});

test('another history is the worst of all, however new', () => {
  const problem = {
    code: 'disagrees',
    message: 'it has seen another log of this name at 9',
    size: 9,
    since: '2026-11-22T11:59:59.000Z',
  } as const;
  const lines = witnessLines([state('audit', [entry({ problem, behindSince: '2026-11-22T11:59:59.000Z' })])], NOW);
  expect(lines).toMatchObject([
    { tone: 'bad', words: 'audit log up to 1,204; it has seen another log of this name at 9' },
  ]);
});

test('the rule, and how far it is met', () => {
  expect(quorumInWords([state('audit', [entry()]), state('ledger', [entry()], null)])).toBe(
    'Enough is 1 of (north, south): audit log up to 1,204, none of the ledger.',
  );
  expect(quorumInWords([{ ...state('audit', []), quorum: '' }])).toBeNull();
  expect(quorumInWords([])).toBeNull();
});
