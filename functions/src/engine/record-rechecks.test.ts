import { expect, test } from 'vitest';
import { refs } from '../refs.ts';
import { memoryDatabase } from '../store/memory-database.ts';
import type { Deps } from './deps.ts';
import { recordDrift, type RecordRecheck as Recheck } from './record-rechecks.ts';

const db = memoryDatabase();
await db.commit(
  Object.entries({ EUR: { value: '0.91', note: 5 }, JPY: { value: '150' } }).map(([id, fields]) => ({
    op: 'create',
    path: refs.record('acme', 'price', id).path,
    data: {
      type: 'price',
      id,
      fields: JSON.stringify(fields),
      executionId: null,
      updatedAt: '2026-11-22T10:00:00.000Z',
      version: 3,
    },
  })),
);
const drift = async (...rechecks: Recheck[]) => recordDrift({ db } as unknown as Deps, 'acme', rechecks);
const within = (min: string | null, max: string | null, field = 'value', recordId = 'EUR'): Recheck => ({
  kind: 'record.within',
  type: 'price',
  recordId,
  field,
  min,
  max,
});
const version = (number: number, recordId = 'EUR'): Recheck => ({
  kind: 'record.version',
  type: 'price',
  recordId,
  version: number,
});

test.each<[string, Recheck]>([
  ['the signed version', version(3)],
  ['none, as when it was signed', version(0, 'GBP')],
  ['at both limits', within('0.91', '0.910')],
  ['between them', within('-1', '1')],
  ['only a least', within('0.91', null)],
  ['only a most', within(null, '0.91')],
  ['any value at all', within(null, null)],
])('holds: %s', async (_, recheck) => {
  expect(await drift(recheck)).toBeNull();
});

test.each<[string, Recheck, string, string]>([
  ['a later version', version(2), 'version 2', 'version 3'],
  ['an earlier version', version(4), 'version 4', 'version 3'],
  ['a record that is gone', version(1, 'GBP'), 'version 1', 'version 0'],
  ['below the least', within('0.9101', '1'), 'value at least 0.9101, at most 1', 'value 0.91'],
  ['above the most', within('0', '0.9099'), 'value at least 0, at most 0.9099', 'value 0.91'],
  ['above the only limit', within(null, '0.5'), 'value at most 0.5', 'value 0.91'],
  ['below the only limit', within('2', null), 'value at least 2', 'value 0.91'],
  ['a value that is no decimal', within('1', null, 'note'), 'note at least 1', 'no such value'],
  ['a value that is no decimal, for its most', within(null, '9', 'note'), 'note at most 9', 'no such value'],
  ['a field that is not there', within(null, null, 'other'), 'other ', 'no such value'],
  ['limits on a record that is gone', within('1', '2', 'value', 'GBP'), 'value at least 1, at most 2', 'no such value'],
])('does not hold: %s', async (_, recheck, signed, found) => {
  expect(await drift(recheck)).toEqual({ what: 'record', subject: `price ${recheck.recordId}`, signed, found });
});

test('every one of them must hold, each of its own record', async () => {
  expect(await drift()).toBeNull();
  expect(await drift(version(3), within('150', '150', 'value', 'JPY'))).toBeNull();
  expect(await drift(version(3), within('151', null, 'value', 'JPY'))).toMatchObject({ subject: 'price JPY' });
});
