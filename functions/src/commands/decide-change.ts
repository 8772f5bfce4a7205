import { AppError } from '@countersign/domain/errors';
import { inWords } from '@countersign/domain/plan/sentence';
import { ROLES } from '@countersign/domain/schemas/common';
import type { Member } from '@countersign/domain/schemas/organization';
import type { Proposal } from '@countersign/domain/schemas/proposal';
import { definitionOf, type Reader } from '../changes/index.ts';
import { committed } from '../engine/committed.ts';
import { standInsNow } from '../engine/signing-facts.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { proposalDigest } from './propose-change.ts';
import type { Command } from './run-command.ts';

/** Approve or refuse a proposal of somebody else's, or take back one's own. Approving applies it in the same commit. */
export const decideChange: Command<'decideChange'> = {
  name: 'decideChange',
  roles: ROLES,
  async prepare(deps, input, member) {
    const now = deps.now().toISOString();
    const proposal = await decidable(deps.db, input, member, now);
    if (input.decision === 'approve') {
      await assertFresh(deps.db, input.orgId, proposal, now);
      await definitionOf(proposal.change).before?.(deps, proposal.change as never);
    }
    return undefined;
  },
  async decide({ deps, tx, input, member, now, change: set }) {
    const { orgId, proposalId, decision, reason } = input;
    const proposal = await decidable(tx, input, member, now);
    const definition = definitionOf(proposal.change);
    if (decision === 'approve') {
      await assertFresh(tx, orgId, proposal, now);
      await definition.apply({
        deps,
        tx,
        orgId,
        change: proposal.change as never,
        set,
        proposedBy: proposal.proposedBy,
        decidedBy: member.uid,
        alone: false,
        now,
      });
    }
    const state = ({ approve: 'applied', reject: 'rejected', withdraw: 'withdrawn' } as const)[decision];
    const { version, change, ...fields } = proposal;
    set.changeStored(refs.proposal(orgId, proposalId), version, {
      ...fields,
      change: JSON.stringify(change),
      state,
      decidedBy: member.uid,
      decidedAt: now,
      decisionReason: committed(reason),
    });
    const writes = set.toWrites(`change.${state}`, {
      data: { kind: proposal.kind, title: proposal.title, proposal: proposalId, proposedBy: proposal.proposedBy },
      personal: { reason },
    });
    const afterwards = async (): Promise<void> =>
      definition.afterwards?.(deps, proposal.change as never, state, JSON.parse(proposal.before));
    return { result: { state }, writes, afterwards };
  },
};

async function assertFresh(tx: Reader, orgId: string, proposal: Proposal, now: string): Promise<void> {
  const base = await definitionOf(proposal.change).base(tx, orgId, proposal.change as never, now);
  if (base.version !== proposal.baseVersion)
    throw new AppError(
      'stale_digest',
      'What this would change has been changed since it was proposed. It must be proposed again.',
    );
}

/** Who has a part in a change does not decide it; a delegate and the one he stands for are one person. */
async function assertNoPart(
  tx: Reader,
  orgId: string,
  proposal: Proposal,
  { uid }: Member,
  now: string,
): Promise<void> {
  const involved = (await definitionOf(proposal.change).involved?.(tx, orgId, proposal.change as never)) ?? [];
  const own = involved.find((one) => one.uid === uid);
  if (own !== undefined) throw new AppError('self_approval', own.because);
  const others = await standInsNow(tx, orgId, uid, now);
  if (others.has(proposal.proposedBy) || involved.some((one) => others.has(one.uid)))
    throw new AppError(
      'self_approval',
      'You and somebody who has a part in this stand in for each other, so somebody else must decide it.',
    );
}

/** The proposal, if this member may decide it now and it is the one that they saw. @throws AppError with the reason */
async function decidable(
  tx: Reader,
  input: { readonly orgId: string; readonly proposalId: string; readonly digest: string; readonly decision: string },
  member: Member,
  now: string,
): Promise<Proposal> {
  const { orgId, proposalId, digest, decision } = input;
  const proposal = await read(tx, refs.proposal(orgId, proposalId));
  if (proposal === null) throw new AppError('not_found', 'There is no such proposal.');
  if (proposal.state !== 'open')
    throw new AppError('failed_precondition', `This proposal is ${proposal.state} already.`);
  if (decision === 'withdraw') {
    if (proposal.proposedBy !== member.uid)
      throw new AppError('permission_denied', 'Only the proposer takes a proposal back.');
    return proposal;
  }
  if (proposal.proposedBy === member.uid)
    throw new AppError('self_approval', 'Somebody else must decide what you have proposed.');
  const definition = definitionOf(proposal.change);
  if (!definition.deciders.some((role) => member.roles.includes(role)))
    throw new AppError('permission_denied', `This takes the role ${inWords([...definition.deciders], 'or')}.`);
  await assertNoPart(tx, orgId, proposal, member, now);
  const found = proposalDigest(orgId, proposalId, proposal.change, proposal.baseVersion);
  if (digest !== proposal.digest || digest !== found)
    throw new AppError('stale_digest', 'This is not the proposal that you opened. Look at it again.');
  if (proposal.expiresAt <= now) throw new AppError('failed_precondition', 'The time to decide this has run out.');
  return proposal;
}
