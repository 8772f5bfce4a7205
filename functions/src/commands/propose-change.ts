import { digestOf } from '@countersign/domain/hash';
import { AppError } from '@countersign/domain/errors';
import { inWords } from '@countersign/domain/plan/sentence';
import type { ParsedCommand } from '@countersign/domain/schemas/commands';
import { ROLES } from '@countersign/domain/schemas/common';
import type { Member } from '@countersign/domain/schemas/organization';
import type { Change } from '@countersign/domain/schemas/proposal';
import { definitionOf, type ChangeDefinition } from '../changes/index.ts';
import { committed } from '../engine/committed.ts';
import type { Deps } from '../engine/deps.ts';
import { refs } from '../refs.ts';
import type { Command } from './run-command.ts';

const OPEN_DAYS = 14;

interface Prepared {
  readonly change: Change;
  readonly impact: readonly string[];
}

/** Propose what a second person decides. What only takes power away is done at once. */
export const proposeChange: Command<'proposeChange', Prepared> = {
  name: 'proposeChange',
  roles: ROLES,
  // The value of a secret is in no hash of the database.
  hashed: ({ change, ...rest }) => ({ ...rest, change: 'value' in change ? { ...change, value: '' } : change }),
  async prepare(deps, input, member) {
    assertMayPropose(definitionOf(input.change as Change), member);
    const change = await staged(deps, input.change);
    return { change, impact: (await definitionOf(change).impact?.(deps, input.orgId, change as never)) ?? [] };
  },
  async decide({ deps, tx, input, member, prepared, now, callId, change: set }) {
    const { orgId, reason } = input;
    const { change, impact } = prepared;
    const definition = definitionOf(change);
    assertMayPropose(definition, member);
    const base = await definition.base(tx, orgId, change as never, now);
    const alone = definition.onePerson?.(base, change as never, now) === true;
    if (alone)
      await definition.apply({
        deps,
        tx,
        orgId,
        change: change as never,
        set,
        proposedBy: member.uid,
        decidedBy: member.uid,
        alone,
        now,
      });
    const state = alone ? 'applied' : 'open';
    set.createStored(refs.proposal(orgId, callId), {
      id: callId,
      kind: change.kind,
      change: JSON.stringify(change),
      title: base.title,
      before: JSON.stringify(base.shown ?? null),
      baseVersion: base.version,
      impact: [...impact],
      digest: proposalDigest(orgId, callId, change, base.version),
      reason: committed(reason),
      proposedBy: member.uid,
      proposedAt: now,
      state,
      decidedBy: alone ? member.uid : null,
      decidedAt: alone ? now : null,
      decisionReason: null,
      expiresAt: new Date(Date.parse(now) + OPEN_DAYS * 86_400_000).toISOString(),
    });
    const writes = set.toWrites(alone ? 'change.applied' : 'change.proposed', {
      data: { kind: change.kind, title: base.title, proposal: callId },
      personal: { reason },
    });
    return { result: { proposalId: callId, state }, writes };
  },
};

function assertMayPropose({ proposers }: ChangeDefinition, member: Member): void {
  if (!proposers.some((role) => member.roles.includes(role)))
    throw new AppError('permission_denied', `This takes the role ${inWords([...proposers], 'or')}.`);
}

/** What is decided on: exactly this change, of exactly what there was. */
export function proposalDigest(orgId: string, id: string, change: Change, baseVersion: number | null): string {
  return digestOf('countersign/proposal', 1, { orgId, id, change, baseVersion });
}

/** A secret's value goes to the secret store; what is proposed only names where it lies. */
async function staged(deps: Deps, change: ParsedCommand<'proposeChange'>['change']): Promise<Change> {
  if (change.kind !== 'secret.set' || !('value' in change)) return change as Change;
  const stagedId = await deps.secrets.stage(change.name, change.value);
  return { kind: 'secret.set', name: change.name, stagedId };
}
