import { expect, test } from 'vitest';
import { installCatalogue } from './install-catalogue.ts';
import { ORG, World } from './testing/world.ts';

const SEED = { kind: 'system', part: 'seed' } as const;

test('what is deployed comes into an organization once', async () => {
  const world = await World.open();
  const events = world.documents('audit').length;
  expect(await installCatalogue(world.deps, ORG, SEED)).toEqual([]);
  await world.work();
  expect(world.documents('audit')).toHaveLength(events);
  await world.db.commit([{ op: 'delete', path: `orgs/${ORG}/operations/stripe-payout` }]);
  expect(await installCatalogue(world.deps, ORG, SEED)).toEqual(['stripe-payout 1.0.0']);
  expect(world.documents('operations').map(({ id }) => id)).toContain('stripe-payout');
});

test('an organization that is not there does not come into being by it', async () => {
  const world = await World.open();
  await expect(installCatalogue(world.deps, 'nope', SEED)).rejects.toMatchObject({ code: 'not_found' });
  expect(await world.db.get('orgs/nope/operations/stripe-payout')).toBeNull();
});
