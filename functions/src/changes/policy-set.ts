import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { ChangeDefinition } from './change-kind.ts';

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
  async apply({ tx, orgId, change, set, now }) {
    const ref = refs.policy(orgId, change.policyId);
    const current = await read(tx, ref);
    if (current === null) set.create(ref, { id: change.policyId, createdAt: now, ...change.policy });
    else set.change(ref, current, change.policy);
  },
};
