import { expect, test } from 'vitest';
import { ORG, World } from '../../functions/src/engine/testing/world.ts';
import { coversJournals, updateOrganization } from './update.ts';

const levels = [{ role: 'approver', people: 1 }] as const;
const policy = (...when: object[]) => ({ rules: when.map((one) => ({ name: 'r', when: one, levels: [...levels] })) });

test.each([
  [true, policy({ movesMoney: true }, { categories: ['ledger'] })],
  [true, policy({ movesMoney: true }, {})],
  [false, policy({ movesMoney: true })],
  [false, policy({ categories: ['payments'] })],
])('a policy speaks of journals: %s', (expected, of) => {
  expect(coversJournals(of)).toBe(expected);
});

test('an organization that exists is told what came, and what its policy lacks', async () => {
  const world = await World.open();
  await world.db.commit([{ op: 'delete', path: `orgs/${ORG}/operations/stripe-payout` }]);
  expect((await updateOrganization(world.deps, ORG))[0]).toContain('got stripe-payout 1.0.0');
  expect((await updateOrganization(world.deps, ORG))[0]).toContain('had all deployed plugins');
  await expect(updateOrganization(world.deps, 'nope')).rejects.toMatchObject({ code: 'not_found' });
});
