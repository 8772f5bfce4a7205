import { expect, it } from 'vitest';
import type { Role } from '../schemas/common.ts';
import { eligibleFor } from './eligible.ts';

const person = (uid: string, roles: Role[], active = true) => ({ uid, roles, active });

it('names those who hold the role of each level, and counts what nobody is left to sign', () => {
  const members = [person('amir', ['approver']), person('bea', ['approver', 'treasurer']), person('cy', [], true)];
  const levels = [
    { role: 'approver', people: 2 },
    { role: 'treasurer', people: 1 },
  ] as const;
  expect(eligibleFor(levels, members)).toEqual({
    byLevel: [['amir', 'bea'], ['bea']],
    missing: 1,
    needed: [],
  });
});

it('gives a place to whom only that place is left', () => {
  // Taken in order, bea would be the approver and nobody the treasurer.
  const members = [person('bea', ['approver', 'treasurer']), person('amir', ['approver'])];
  const levels = [
    { role: 'approver', people: 1 },
    { role: 'treasurer', people: 1 },
  ] as const;
  expect(eligibleFor(levels, members)).toMatchObject({ missing: 0, needed: ['bea', 'amir'] });
});

it('counts nobody who is not active', () => {
  const members = [person('amir', ['approver'], false)];
  expect(eligibleFor([{ role: 'approver', people: 1 }], members)).toEqual({ byLevel: [[]], missing: 1, needed: [] });
  expect(eligibleFor([], members)).toEqual({ byLevel: [], missing: 0, needed: [] });
});

it('needs nobody in particular when there is one more than asked for', () => {
  const members = [person('amir', ['approver']), person('bea', ['approver'])];
  expect(eligibleFor([{ role: 'approver', people: 1 }], members)).toMatchObject({ missing: 0, needed: [] });
});
