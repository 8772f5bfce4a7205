import { describe, expect, test } from 'vitest';
import { MAX_DELEGATION_DAYS, type Delegation } from '../schemas/delegation.ts';
import { coversSignature, delegationProblem, isInForce, standInsOf } from './delegation.ts';

const NOW = '2026-03-02T10:00:00.000Z';
const BEFORE = '2026-03-02T09:59:59.999Z';
const AFTER = '2026-03-02T10:00:00.001Z';
const delegation = (fromUid: string, toUid: string, fields: Partial<Delegation> = {}): Delegation => ({
  id: `${fromUid}-${toUid}`,
  fromUid,
  toUid,
  roles: ['approver'],
  startsAt: '2026-03-01T00:00:00.000Z',
  endsAt: '2026-03-09T00:00:00.000Z',
  comment: 'away',
  commitment: 'a'.repeat(64),
  salt: 's',
  createdBy: fromUid,
  createdAt: '2026-03-01T00:00:00.000Z',
  endedAt: null,
  endedBy: null,
  version: 1,
  ...fields,
});

const TIMES: [string, Partial<Delegation>, boolean][] = [
  ['in the midst of it', {}, true],
  ['in its first moment', { startsAt: NOW }, true],
  ['before it starts', { startsAt: AFTER }, false],
  ['in its last moment', { endsAt: AFTER }, true],
  ['when it has run out', { endsAt: NOW }, false],
  ['when it was taken back', { endedAt: BEFORE }, false],
];

test.each(TIMES)('a delegation is in force or not %s', (_, fields, inForce) => {
  expect(isInForce(delegation('amir', 'uma', fields), NOW)).toBe(inForce);
});

describe('who counts as one with a member', () => {
  const amir = { uid: 'amir', active: true, roles: ['approver', 'treasurer'] as const };
  const uma = { uid: 'uma', active: true, roles: ['operator'] as const };
  const given = delegation('amir', 'uma', { roles: ['approver', 'executive'] });

  test('the delegator lends the roles that he holds himself; the delegate lends none', () => {
    expect(standInsOf('uma', [given], [amir], NOW)).toEqual([{ uid: 'amir', lends: ['approver'], others: [] }]);
    expect(standInsOf('amir', [given], [uma], NOW)).toEqual([{ uid: 'uma', lends: [], others: [] }]);
  });

  test('several delegations of one person lend their roles once', () => {
    const more = delegation('amir', 'uma', { roles: ['treasurer', 'approver'] });
    expect(standInsOf('uma', [given, more], [amir], NOW)).toEqual([
      { uid: 'amir', lends: ['approver', 'treasurer'], others: [] },
    ]);
  });

  test.each<[string, Parameters<typeof standInsOf>[2]]>([
    ['left', [{ ...amir, active: false }]],
    ['is not known', [uma]],
    ['has lost the role', [{ ...amir, roles: ['treasurer'] }]],
  ])('one who %s lends nothing, and still counts as one', (_, people) => {
    expect(standInsOf('uma', [given], people, NOW)).toEqual([{ uid: 'amir', lends: [], others: [] }]);
  });

  test('what was lent to him is not passed on, and what another lends is not his', () => {
    const chain = [delegation('edith', 'amir', { roles: ['executive'] }), given];
    const edith = { uid: 'edith', active: true, roles: ['executive'] as const };
    expect(standInsOf('uma', chain, [amir, edith], NOW)).toEqual([
      { uid: 'amir', lends: ['approver'], others: ['edith'] },
    ]);
    const both = [given, delegation('edith', 'uma', { roles: ['executive', 'approver'] })];
    expect(standInsOf('uma', both, [amir, edith], NOW)).toEqual([
      { uid: 'amir', lends: ['approver'], others: [] },
      { uid: 'edith', lends: ['executive'], others: [] },
    ]);
  });

  test('what he lends to another, and what another lends, is not lent by him', () => {
    const toAnother = delegation('amir', 'tom', { roles: ['treasurer'] });
    const ofAnother = delegation('edith', 'uma', { roles: ['treasurer'] });
    const back = delegation('uma', 'amir', { roles: ['treasurer'] });
    expect(standInsOf('uma', [given, toAnother], [amir], NOW)[0]?.lends).toEqual(['approver']);
    expect(standInsOf('uma', [given, ofAnother], [amir], NOW)[0]?.lends).toEqual(['approver']);
    expect(standInsOf('uma', [given, back], [amir], NOW)[0]?.lends).toEqual(['approver']);
  });

  test('his other delegates are named with him, and delegations between others are not ours', () => {
    const all = [given, delegation('amir', 'tom'), delegation('amir', 'tom'), delegation('bea', 'tom')];
    expect(standInsOf('uma', all, [amir], NOW)).toEqual([{ uid: 'amir', lends: ['approver'], others: ['tom'] }]);
    expect(standInsOf('vera', all, [amir], NOW)).toEqual([]);
  });

  test.each(TIMES)('only while the delegation is in force: %s', (_, fields, inForce) => {
    expect(standInsOf('uma', [{ ...given, ...fields }], [amir], NOW)).toHaveLength(inForce ? 1 : 0);
  });
});

describe('a signature that a delegate gave', () => {
  const signature = { uid: 'uma', forUid: 'amir', role: 'approver', at: NOW } as const;

  test.each(TIMES)('holds or not, given %s', (_, fields, inForce) => {
    expect(coversSignature(delegation('amir', 'uma', fields), signature)).toBe(inForce);
  });

  test.each<[string, Delegation]>([
    ['to another', delegation('amir', 'tom')],
    ['of another', delegation('bea', 'uma')],
    ['the other way round', delegation('uma', 'amir')],
    ['of another role', delegation('amir', 'uma', { roles: ['executive'] })],
  ])('is not covered by a delegation %s', (_, other) => {
    expect(coversSignature(other, signature)).toBe(false);
  });
});

describe('setting one up', () => {
  const days = (count: number, ms = 0): string => new Date(Date.parse(NOW) + count * 86_400_000 + ms).toISOString();
  const asked = (fields: Partial<Delegation>) => delegationProblem(delegation('amir', 'uma', fields), NOW);

  test.each<[string, Partial<Delegation>, string | null]>([
    ['as it should be', {}, null],
    ['for a moment that is left', { endsAt: AFTER }, null],
    ['as long as can be', { startsAt: NOW, endsAt: days(MAX_DELEGATION_DAYS) }, null],
    [
      'longer',
      { startsAt: NOW, endsAt: days(MAX_DELEGATION_DAYS, 1) },
      'A delegation lasts 90 days at most. It can be set up again.',
    ],
    ['for oneself', { toUid: 'amir' }, 'Nobody can stand in for themselves.'],
    ['for no time', { startsAt: AFTER, endsAt: AFTER }, 'A delegation must end after it starts.'],
    ['ending before it starts', { startsAt: days(2), endsAt: days(1) }, 'A delegation must end after it starts.'],
    ['that has ended now', { endsAt: NOW }, 'This delegation would have ended already.'],
    ['that has ended before', { endsAt: BEFORE }, 'This delegation would have ended already.'],
  ])('%s', (_, fields, problem) => {
    expect(asked(fields)).toBe(problem);
  });
});
