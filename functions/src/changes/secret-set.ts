import * as z from 'zod';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { ChangeDefinition } from './change-kind.ts';

const shownSchema = z.object({ storedAs: z.string().nullable() }).nullable();

/**
 * A key of another system. Its value lies in the secret store as a version of its own; the commit that names this version
 * is what puts it in force (`secret-in-force.ts`). What is then named by nothing is deleted: at once where possible, else
 * by the tick.
 */
export const secretSet: ChangeDefinition<'secret.set'> = {
  kind: 'secret.set',
  proposers: ['developer', 'admin'],
  deciders: ['admin'],
  async base(tx, orgId, { name }) {
    const current = await read(tx, refs.secret(orgId, name));
    return {
      version: current?.version ?? null,
      shown: current === null ? null : { name, setAt: current.setAt, storedAs: current.storedAs },
      title: current === null ? `Sets the secret ${name}` : `Replaces the secret ${name}`,
    };
  },
  // A version that is gone must not be named: nothing could be read then.
  async before(deps, { name, stagedId }) {
    await deps.secrets.read(name, stagedId);
  },
  async apply({ tx, orgId, change, set, proposedBy, decidedBy, now }) {
    const ref = refs.secret(orgId, change.name);
    const current = await read(tx, ref);
    const fields = { name: change.name, storedAs: change.stagedId, setBy: proposedBy, decidedBy, setAt: now };
    if (current === null) set.create(ref, fields);
    else set.change(ref, current, fields);
  },
  async afterwards(deps, { name, stagedId }, state, shown) {
    const unnamed = state === 'applied' ? (shownSchema.parse(shown)?.storedAs ?? null) : stagedId;
    if (unnamed !== null) await deps.secrets.discard(name, unnamed);
  },
};
