import { AppError } from '@countersign/domain/errors';
import { MAX_HOLDS, standingHolds } from '../engine/legal-hold.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Command } from './run-command.ts';

/** From now on nothing of these classes goes. One person is enough: what is kept for too long can still go later. */
export const placeHold: Command<'placeHold'> = {
  name: 'placeHold',
  roles: ['auditor', 'executive', 'admin'],
  async decide({ tx, input, member, now, callId, change }) {
    const { orgId, matter, classes, executionId } = input;
    if (executionId !== null && (await read(tx, refs.execution(orgId, executionId))) === null)
      throw new AppError('not_found', 'There is no such execution.');
    if ((await standingHolds(tx, orgId)).length >= MAX_HOLDS - 1)
      throw new AppError('limit_exceeded', `At most ${MAX_HOLDS - 1} holds can stand at once.`);
    change.create(refs.legalHold(orgId, callId), {
      id: callId,
      matter,
      classes: [...new Set(classes)],
      executionId,
      placedBy: member.uid,
      placedAt: now,
      releasedAt: null,
    });
    const data = { hold: callId, matter, classes: classes.join(', ') };
    return { result: { holdId: callId }, writes: change.toWrites('hold.placed', { executionId, data }) };
  },
};
