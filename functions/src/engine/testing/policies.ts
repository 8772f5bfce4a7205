import { FX_RATE_TYPE, fxRateId } from '@countersign/domain/approval/base-amount';
import type { Policy } from '@countersign/domain/schemas/policy';
import { refs } from '../../refs.ts';
import { read } from '../../store/database.ts';
import { ChangeSet } from '../change-set.ts';
import { ORG, type World } from './world.ts';

const SEED = { kind: 'system', part: 'seed' } as const;

/** Put other rules into force, as the next version of the world's policy. */
export async function setRules(
  world: World,
  rules: Policy['rules'],
  fields: Partial<Pick<Policy, 'expiryHours' | 'reminderHours'>> = {},
): Promise<void> {
  const ref = refs.policy(ORG, 'payments');
  const policy = await read(world.db, ref);
  if (policy === null) throw new Error('there is no policy');
  const change = new ChangeSet(ORG, `set-rules-${policy.version}`, SEED, world.clock.at());
  change.change(ref, policy, { rules, ...fields });
  await world.db.commit(change.toWrites('policy.set'));
}

/** Record that one unit of a currency is so many of another. */
export async function setRate(world: World, base: string, quote: string, rate: string, asOf: string): Promise<void> {
  const id = fxRateId(base, quote);
  const change = new ChangeSet(ORG, `set-rate-${id}-${world.clock.at()}`, SEED, world.clock.at());
  change.createStored(refs.record(ORG, FX_RATE_TYPE, id), {
    type: FX_RATE_TYPE,
    id,
    fields: JSON.stringify({ base, quote, rate, source: 'test', asOf }),
    executionId: null,
    updatedAt: world.clock.at(),
  });
  await world.db.commit(change.toWrites('policy.set'));
}
