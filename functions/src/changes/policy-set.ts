import { policyProblems } from '@countersign/domain/approval/policy';
import { replayPolicy } from '@countersign/domain/approval/replay';
import { paths } from '@countersign/domain/paths';
import { executionSchema } from '@countersign/domain/schemas/execution';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { ChangeDefinition } from './change-kind.ts';

/** So many past runs are held against a proposed policy, and so many differences told one by one. */
const PAST_RUNS = 200;
const SHOWN = 40;

/** Approval rules. What waits for signatures keeps the version that it was planned under, unless the new one is stricter. */
export const policySet: ChangeDefinition<'policy.set'> = {
  kind: 'policy.set',
  proposers: ['treasurer', 'admin'],
  deciders: ['treasurer', 'executive', 'admin'],
  async base(tx, orgId, { policyId, policy }) {
    const current = await read(tx, refs.policy(orgId, policyId));
    return {
      version: current?.version ?? null,
      shown: current,
      title:
        current === null
          ? `Adds the approval policy “${policy.name}”`
          : `Changes the approval policy “${current.name}”${policy.active ? '' : ' and switches it off'}`,
    };
  },
  async impact(deps, orgId, { policyId, policy }) {
    const current = await read(deps.db, refs.policy(orgId, policyId));
    const recent = await deps.db.query({
      collection: paths.executions(orgId),
      orderBy: [['requestedAt', 'desc']],
      limit: PAST_RUNS,
    });
    const past = recent
      .map((stored) => executionSchema.parse(stored.data))
      .flatMap(({ id, title, plan }) =>
        plan === null ? [] : [{ executionId: id, title, at: plan.plannedAt, traits: plan.traits }],
      );
    const proposed = { ...policy, id: policyId, createdAt: deps.now().toISOString(), version: 1 };
    const { summary, differences } = replayPolicy(current, proposed, past);
    return [...policyProblems(policy), ...summary, ...differences.slice(0, SHOWN).map(({ sentence }) => sentence)];
  },
  async apply({ tx, orgId, change, set, now }) {
    const ref = refs.policy(orgId, change.policyId);
    const current = await read(tx, ref);
    if (current === null) set.create(ref, { id: change.policyId, createdAt: now, ...change.policy });
    else set.change(ref, current, change.policy);
  },
};
