import { commitment } from '@countersign/domain/audit/event';
import { AppError } from '@countersign/domain/errors';
import { toMinor } from '@countersign/domain/money/money';
import { effectId } from '@countersign/domain/plan/effect-checks';
import { amountsInWords } from '@countersign/domain/plan/sentence';
import { Totals } from '@countersign/domain/plan/totals';
import type { Total } from '@countersign/domain/schemas/common';
import type { UnknownEffect } from '@countersign/domain/schemas/unknown';
import { randomBytes } from 'node:crypto';
import { settlementConflict } from '../engine/settlement-conflict.ts';
import type { Write } from '../store/database.ts';
import { refs } from '../refs.ts';
import { read, readAll } from '../store/database.ts';
import type { Command } from './run-command.ts';

const SALT_BYTES = 16;
/** A payment that timed out may still be carried out for a while, so nobody can have seen yet that it was not. */
export const MINUTES_BEFORE_NOT_PAID = 5;

/** Say what became of effects that are unknown. Nothing changes before another person has decided on it. */
export const proposeUnknownSettlement: Command<'proposeUnknownSettlement'> = {
  name: 'proposeUnknownSettlement',
  roles: ['treasurer', 'approver'],
  async decide({ tx, input, member, now, callId, change }) {
    const { orgId, executionId, finding, reason } = input;
    const providerId = input.providerId ?? null;
    const keys = [...new Set(input.effectKeys)];
    if (providerId !== null && (finding !== 'paid' || keys.length !== 1))
      throw new AppError('invalid_argument', 'A payment’s id goes with one effect that was paid.');
    const execution = await read(tx, refs.execution(orgId, executionId));
    if (execution === null) throw new AppError('not_found', 'There is no such run.');
    if (execution.requestedBy === member.uid)
      throw new AppError('permission_denied', 'Who asked for a run can’t say what became of it. Ask somebody else.');
    const ids = keys.map((key) => effectId(executionId, key));
    const conflict = await settlementConflict(tx, orgId, member, execution.requestedBy, ids, now);
    if (conflict !== null) throw new AppError('self_approval', conflict);
    const listed = await readAll(
      tx,
      ids.map((id) => refs.unknown(orgId, id)),
    );
    const unknowns = listed.map((one, at) => openUnknown(one, keys[at] ?? '', finding, now));
    const salt = randomBytes(SALT_BYTES).toString('hex');
    const comment = { proposed: reason, decided: null };
    const totals = totalsOf(unknowns);
    change.create(refs.unknownProposal(orgId, callId), {
      id: callId,
      executionId,
      title: execution.title,
      effects: unknowns.map(({ effectId: id, key, page }) => ({ effectId: id, key, page })),
      totals,
      finding,
      providerId,
      state: 'open',
      comment,
      commitment: commitment(salt, { comment }),
      salt,
      proposedBy: member.uid,
      proposedAt: now,
      decidedBy: null,
      decidedAt: null,
    });
    change.also(
      ...unknowns.map((one): Write => ({
        op: 'update',
        path: refs.unknown(orgId, one.effectId).path,
        data: { proposalId: callId },
      })),
    );
    const data = { finding, effects: String(unknowns.length), amounts: amountsInWords(totals) };
    return {
      result: { proposalId: callId },
      writes: change.toWrites('unknown.proposed', { executionId, data, personal: { reason } }),
    };
  },
};

function openUnknown(one: UnknownEffect | null, key: string, finding: string, now: string): UnknownEffect {
  if (one === null) throw new AppError('failed_precondition', `What became of ${key} is known.`);
  if (one.proposalId !== null)
    throw new AppError('failed_precondition', `Somebody has proposed already what became of ${one.reference}.`, {
      details: { proposalId: one.proposalId },
    });
  if (finding === 'not_paid' && Date.parse(now) - Date.parse(one.since) < MINUTES_BEFORE_NOT_PAID * 60_000)
    throw new AppError(
      'failed_precondition',
      `${one.reference} may still be on its way: wait until ${MINUTES_BEFORE_NOT_PAID} minutes have passed, then look again.`,
    );
  return one;
}

function totalsOf(unknowns: readonly UnknownEffect[]): Total[] {
  const totals = new Totals();
  for (const { currency, amountMinor } of unknowns)
    if (currency !== null && amountMinor !== null) totals.add(currency, toMinor(amountMinor));
  return totals.toList();
}
