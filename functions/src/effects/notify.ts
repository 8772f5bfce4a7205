import { paths } from '@countersign/domain/paths';
import { memberSchema } from '@countersign/domain/schemas/organization';
import type { EffectOf } from '@countersign/domain/schemas/effect';
import { derivedId } from '@countersign/domain/hash';
import { refs } from '../refs.ts';
import { read, type Transaction } from '../store/database.ts';
import type { InsideKind } from './definition.ts';
import { predictFacts } from './predict-facts.ts';

/** A message goes to this many members at most; a role with more of them is a list, not an addressee. */
const MAX_RECIPIENTS = 50;

/** A message in the inbox of a member, or of everybody who holds a role when it is sent. */
export const notify: InsideKind<'notify'> = {
  kind: 'notify',
  once: 'in_commit',
  where: 'inside',
  async predict(world, effect) {
    const { to } = effect.data;
    const unknown = to.kind === 'member' && (await read(world.db, refs.member(world.orgId, to.uid))) === null;
    return predictFacts(effect, unknown ? `There is no member ${to.uid} to tell` : null);
  },
  async perform(tx, effect, ids, change, now) {
    const recipients = await recipientsOf(tx, ids.orgId, effect.data.to);
    if (recipients.length === 0)
      return { status: 'failed', code: 'no_recipient', message: 'Nobody is there to be told', retryable: false };
    for (const uid of recipients) {
      const id = derivedId('notification', ids.effectId, uid);
      change.also({
        op: 'set',
        path: paths.notification(ids.orgId, id),
        data: {
          id,
          uid,
          title: effect.data.title,
          body: effect.data.body,
          executionId: ids.executionId,
          read: false,
          createdAt: now,
        },
      });
    }
    return { status: 'succeeded', providerId: ids.effectId };
  },
};

async function recipientsOf(tx: Transaction, orgId: string, to: EffectOf<'notify'>['data']['to']): Promise<string[]> {
  if (to.kind === 'member') {
    const member = await read(tx, refs.member(orgId, to.uid));
    return member?.active === true ? [member.uid] : [];
  }
  const holders = await tx.query({
    collection: paths.members(orgId),
    where: [['roles', 'array-contains', to.role]],
    limit: MAX_RECIPIENTS,
  });
  return holders.map((stored) => memberSchema.parse(stored.data)).flatMap(({ active, uid }) => (active ? [uid] : []));
}
