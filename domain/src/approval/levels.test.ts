import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApprovalLevel } from '../schemas/policy.ts';
import { currentLevel, isStricter, missingSignatures, strictestOf } from './levels.ts';

const level = (role: ApprovalLevel['role'], people = 1): ApprovalLevel => ({ role, people });

test.each<[readonly ApprovalLevel[], readonly ApprovalLevel[], boolean]>([
  [[level('approver')], [level('approver')], false],
  [[level('approver', 2)], [level('approver')], false],
  [[level('approver'), level('executive')], [level('approver')], false],
  [[level('approver')], [level('approver', 2)], true],
  [[level('approver')], [level('executive')], true],
  [[level('approver')], [level('approver'), level('executive')], true],
  [[], [level('approver')], true],
  [[level('approver')], [], false],
  [[level('executive'), level('approver')], [level('approver'), level('executive')], false],
  [[level('approver', 2)], [level('approver'), level('approver')], false],
])('isStricter(%j, %j) is %s', (then, now, expected) => {
  expect(isStricter(then, now)).toBe(expected);
});

const someLevels = fc.array(
  fc.record({
    role: fc.constantFrom('approver' as const, 'executive' as const, 'treasurer' as const),
    people: fc.integer({ min: 1, max: 5 }),
  }),
  { maxLength: 4 },
);
/** Signatures that fill these levels, each by somebody else; their roles are all that matters then. */
const filled = (levels: readonly ApprovalLevel[]): ApprovalLevel['role'][] =>
  levels.flatMap(({ role, people }) => Array.from({ length: people }, () => role));
/** Whether people with these roles are enough, in whatever order they are asked. */
function suffices(roles: readonly ApprovalLevel['role'][], levels: readonly ApprovalLevel[]): boolean {
  const left = [...roles];
  return filled(levels).every((role) => {
    const at = left.indexOf(role);
    if (at === -1) return false;
    left.splice(at, 1);
    return true;
  });
}

test('who is enough for the one is enough for the other exactly when the other is not stricter', () => {
  fc.assert(
    fc.property(someLevels, someLevels, (then, now) => {
      expect(suffices(filled(then), now)).toBe(!isStricter(then, now));
    }),
  );
});

test('the strictest of several is as strict as each of them, and asks for nobody whom none of them asks for', () => {
  fc.assert(
    fc.property(fc.array(someLevels, { maxLength: 5 }), (all) => {
      const strictest = strictestOf(all);
      for (const one of all) expect(isStricter(strictest, one)).toBe(false);
      for (const { role, people } of strictest) {
        expect(people).toBeLessThanOrEqual(5);
        expect(all.some((levels) => levels.some((one) => one.role === role))).toBe(true);
      }
    }),
  );
});

test('levels are signed in order', () => {
  const levels = [level('approver', 2), level('executive')];
  expect(currentLevel(levels, [])).toBe(0);
  expect(currentLevel(levels, [{ uid: 'a', level: 0 }])).toBe(0);
  expect(
    currentLevel(levels, [
      { uid: 'a', level: 0 },
      { uid: 'b', level: 0 },
    ]),
  ).toBe(1);
  expect(missingSignatures(levels, [{ uid: 'a', level: 0 }])).toBe(2);
  expect(currentLevel([], [])).toBeNull();
});

test('more people of one role than a level takes are asked for in several', () => {
  const approvers = [level('approver', 5), level('approver', 5), level('approver', 2)];
  expect(strictestOf([approvers, [level('executive')]])).toEqual([...approvers, level('executive')]);
  expect(strictestOf([[level('approver', 5)]])).toEqual([level('approver', 5)]);
});

test('a signature counts for its level alone, and no level owes another', () => {
  const levels = [level('approver', 2), level('executive', 3)];
  const [first, second] = [0, 1].map((at) => ({ uid: String(at), level: at }));
  if (first === undefined || second === undefined) throw new Error('two signatures');
  expect(missingSignatures(levels, [second])).toBe(4);
  expect(missingSignatures(levels, [second, second])).toBe(3);
  expect(missingSignatures(levels, [first, first, first])).toBe(3);
});
