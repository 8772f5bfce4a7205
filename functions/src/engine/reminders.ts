import { currentLevel } from '@countersign/domain/approval/levels';
import { maySign } from '@countersign/domain/approval/may-sign';
import { derivedId } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import { delegationSchema } from '@countersign/domain/schemas/delegation';
import type { Execution, Plan } from '@countersign/domain/schemas/execution';
import { memberSchema, type Member } from '@countersign/domain/schemas/organization';
import { refs } from '../refs.ts';
import { readAll, type Database, type Write } from '../store/database.ts';
import { signingFacts } from './signing-facts.ts';

/** Members of a role that are reminded; a role with more of them needs no reminder to be noticed. */
const MAX_HOLDERS = 50;
const MAX_DELEGATIONS_READ = 200;

/** A message to everybody who may sign the plan now. The same plan's messages are the same documents: once is enough. */
export async function reminderWrites(
  db: Pick<Database, 'get' | 'getAll' | 'query'>,
  orgId: string,
  execution: Execution,
  plan: Plan,
  now: string,
): Promise<Write[]> {
  const writes: Write[] = [];
  for (const member of await candidates(db, orgId, execution, plan, now)) {
    const facts = await signingFacts(db, orgId, execution, plan, member, now);
    if (!maySign(member, execution, plan.policy.levels, execution.approvals, facts).may) continue;
    const id = derivedId('reminder', execution.id, String(plan.attempt), member.uid);
    writes.push({
      op: 'set',
      path: paths.notification(orgId, id),
      data: {
        id,
        uid: member.uid,
        title: `Waits for your signature: ${execution.title}`,
        body: `${plan.sentence} It expires at ${plan.expiresAt} if it is not signed.`,
        executionId: execution.id,
        read: false,
        createdAt: now,
      },
    });
  }
  return writes;
}

/** Those who hold the role that signs next, and those to whom one of them has delegated it. */
async function candidates(
  db: Pick<Database, 'get' | 'getAll' | 'query'>,
  orgId: string,
  execution: Execution,
  plan: Plan,
  now: string,
): Promise<Member[]> {
  const level = currentLevel(plan.policy.levels, execution.approvals);
  const role = level === null ? undefined : plan.policy.levels[level]?.role;
  if (role === undefined) return [];
  const [stored, delegations] = await Promise.all([
    db.query({
      collection: paths.members(orgId),
      where: [['roles', 'array-contains', role]],
      limit: MAX_HOLDERS,
    }),
    db.query({
      collection: paths.delegations(orgId),
      where: [['endsAt', '>', now]],
      limit: MAX_DELEGATIONS_READ,
    }),
  ]);
  const holders = stored.map(({ data }) => memberSchema.parse(data));
  const known = new Set(holders.map(({ uid }) => uid));
  const delegates = delegations
    .map(({ data }) => delegationSchema.parse(data))
    .filter(({ fromUid, toUid, roles }) => known.has(fromUid) && !known.has(toUid) && roles.includes(role))
    .map(({ toUid }) => toUid);
  const others = await readAll(
    db,
    [...new Set(delegates)].map((uid) => refs.member(orgId, uid)),
  );
  return [...holders, ...others.filter((one) => one !== null)];
}
