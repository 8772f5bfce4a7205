import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { ChangeDefinition } from './change-kind.ts';

/** A key of another system. Its value waits in the secret store under an id of its own until it is decided. */
export const secretSet: ChangeDefinition<'secret.set'> = {
  kind: 'secret.set',
  proposers: ['developer', 'admin'],
  deciders: ['admin'],
  async base(tx, orgId, { name }) {
    const current = await read(tx, refs.secret(orgId, name));
    return {
      version: current?.version ?? null,
      shown: current === null ? null : { name, setAt: current.setAt },
      title: current === null ? `Sets the secret ${name}` : `Replaces the secret ${name}`,
    };
  },
  before: async (deps, { name, stagedId }) => deps.secrets.activate(name, stagedId),
  async apply({ tx, orgId, change, set, proposedBy, decidedBy, now }) {
    const ref = refs.secret(orgId, change.name);
    const current = await read(tx, ref);
    const fields = { name: change.name, setBy: proposedBy, decidedBy, setAt: now };
    if (current === null) set.create(ref, fields);
    else set.change(ref, current, fields);
  },
};
