import { commitment } from '@countersign/domain/audit/event';
import { AppError } from '@countersign/domain/errors';
import { amountsInWords } from '@countersign/domain/plan/sentence';
import { END_STATES, type Execution } from '@countersign/domain/schemas/execution';
import type { Member } from '@countersign/domain/schemas/organization';
import type { UnknownProposal } from '@countersign/domain/schemas/unknown';
import { agreedAnswer, askAbout, type AskedEffect } from '../engine/ask-about.ts';
import type { ChangeSet } from '../engine/change-set.ts';
import { settleOutcomes, type Answer } from '../engine/settle-outcomes.ts';
import { settlementConflict } from '../engine/settlement-conflict.ts';
import { freeOthers } from '../engine/unknowns.ts';
import { refs } from '../refs.ts';
import { read, type Transaction } from '../store/database.ts';
import type { Command } from './run-command.ts';

/**
 * Decide, as a second person, what became of unknown effects. Before they are settled the provider is asked one last
 * time; if it says otherwise, nothing is. Who has proposed may refuse, which takes the proposal back.
 */
export const decideUnknownSettlement: Command<'decideUnknownSettlement', readonly AskedEffect[]> = {
  name: 'decideUnknownSettlement',
  roles: ['treasurer', 'approver'],
  async prepare(deps, { orgId, proposalId, decision }) {
    if (decision === 'reject') return [];
    const proposal = await read(deps.db, refs.unknownProposal(orgId, proposalId));
    return proposal?.state === 'open' ? askAbout(deps, orgId, proposal) : [];
  },
  async decide({ tx, input, member, prepared, now, change }) {
    const { orgId, proposalId, reason } = input;
    const ref = refs.unknownProposal(orgId, proposalId);
    const proposal = await read(tx, ref);
    if (proposal === null) throw new AppError('not_found', 'There is no such proposal.');
    if (proposal.state !== 'open') throw new AppError('failed_precondition', `It is ${proposal.state} already.`);
    const execution = await read(tx, refs.execution(orgId, proposal.executionId));
    if (execution === null) throw new AppError('not_found', 'There is no such run.');
    assertMayDecide(member, proposal, execution, input.decision);
    const conflict = await settlementConflict(
      tx,
      orgId,
      member,
      execution.requestedBy,
      proposal.effects.map((effect) => effect.effectId),
      now,
      proposal.proposedBy,
    );
    if (conflict !== null && input.decision === 'approve') throw new AppError('self_approval', conflict);
    const state = input.decision === 'approve' ? 'approved' : 'rejected';
    const comment = { ...proposal.comment, decided: reason };
    change.change(ref, proposal, {
      state,
      comment,
      commitment: commitment(proposal.salt, { comment }),
      decidedBy: member.uid,
      decidedAt: now,
    });
    const event = {
      executionId: proposal.executionId,
      data: {
        finding: proposal.finding,
        effects: String(proposal.effects.length),
        amounts: amountsInWords(proposal.totals),
        proposedBy: proposal.proposedBy,
      },
      personal: { reason },
    };
    if (state === 'rejected') {
      change.also(...(await freeOthers(tx, orgId, proposal)));
      return { result: { state }, writes: change.toWrites('unknown.refused', event) };
    }
    await settle(tx, change, orgId, execution, proposal, prepared, now);
    return { result: { state }, writes: change.toWrites('unknown.settled', event), wake: execution.id };
  },
};

function assertMayDecide(
  member: Member,
  proposal: UnknownProposal,
  execution: Execution,
  decision: 'approve' | 'reject',
): void {
  if (member.uid === execution.requestedBy)
    throw new AppError('permission_denied', 'Who asked for a run can’t decide what became of it. Ask somebody else.');
  if (member.uid === proposal.proposedBy && decision === 'approve')
    throw new AppError('self_approval', 'You have proposed this. Somebody else must decide.');
}

/** All that follows from it in one commit: outcomes, journals, claims, the list of what is unknown, and the run's tally. */
async function settle(
  tx: Transaction,
  change: ChangeSet,
  orgId: string,
  execution: Execution,
  proposal: UnknownProposal,
  asked: readonly AskedEffect[],
  now: string,
): Promise<void> {
  if (execution.plan === null || execution.tally === null || !END_STATES.includes(execution.state))
    throw new AppError('failed_precondition', 'This run is still under way.');
  if (asked.length !== proposal.effects.length)
    throw new AppError('unavailable', 'The proposal changed meanwhile. Try again.', { retryable: true });
  const answers = new Map<string, Answer>(asked.map((one) => [one.effectId, agreedAnswer(one, proposal, now)]));
  const pages = pagesOf(asked).map(({ attempt, index, pageEffects }) => ({ attempt, index, effects: pageEffects }));
  const settled = await settleOutcomes(tx, change, { orgId, execution, pages }, answers, now, proposal.id);
  if (settled.length !== proposal.effects.length)
    throw new AppError(
      'failed_precondition',
      'The provider has answered for some of these meanwhile. Refuse this proposal, and propose what is still unknown.',
    );
}

function pagesOf(asked: readonly AskedEffect[]): AskedEffect[] {
  return [...new Map(asked.map((one) => [`${one.attempt}-${one.index}`, one])).values()];
}
