import { AppError } from '@countersign/domain/errors';
import type { EvidenceExport, EvidenceSubject } from '@countersign/domain/schemas/evidence';
import type { Role } from '@countersign/domain/schemas/common';
import { newWork } from '../engine/work.ts';
import { refs } from '../refs.ts';
import { read, type Transaction } from '../store/database.ts';
import type { Command } from './run-command.ts';

/** Those who may read the personal values of the audit log. */
const PERSONAL_READERS: readonly Role[] = ['executive', 'auditor', 'admin'];
const MAX_PERIOD_DAYS = 366;
const DAY_MS = 86_400_000;

/** Make an evidence pack, in the background. That it was asked for, and what came of it, is in the audit log. */
export const exportEvidence: Command<'exportEvidence'> = {
  name: 'exportEvidence',
  roles: ['executive', 'treasurer', 'auditor', 'admin'],
  async decide({ deps, tx, input, member, now, callId, change }) {
    const { orgId, subject, personal } = input;
    if (personal && !PERSONAL_READERS.some((role) => member.roles.includes(role)))
      throw new AppError('permission_denied', 'Personal values are for executives, auditors and admins.');
    await assertSubject(tx, orgId, subject);
    const id = callId;
    change.create(refs.evidenceExport(orgId, id), {
      id,
      subject,
      personal,
      state: 'waiting',
      requestedBy: member.uid,
      requestedAt: now,
      file: null,
      counts: null,
      checkpoints: null,
      error: null,
      endedAt: null,
    });
    change.also(newWork(orgId, id, deps.now().toISOString(), 'evidence'));
    const data = { exportId: id, personal: personal ? 'yes' : 'no', ...subjectFacts(subject) };
    return { result: { exportId: id }, writes: change.toWrites('evidence.requested', { data }), wake: id };
  },
};

async function assertSubject(tx: Transaction, orgId: string, subject: EvidenceSubject): Promise<void> {
  if (subject.kind === 'execution') {
    const execution = await read(tx, refs.execution(orgId, subject.executionId));
    if (execution === null) throw new AppError('not_found', 'There is no such run.');
    if (execution.endedAt === null)
      throw new AppError(
        'failed_precondition',
        'This run is under way. Its evidence can be exported when it has ended.',
      );
  } else if (subject.kind === 'period') {
    const days = (Date.parse(subject.to) - Date.parse(subject.from)) / DAY_MS + 1;
    if (!(days >= 1)) throw new AppError('invalid_argument', 'A period begins on a day, and ends on it or later.');
    if (days > MAX_PERIOD_DAYS)
      throw new AppError('invalid_argument', `A pack covers ${MAX_PERIOD_DAYS} days at most. Ask for several.`);
  }
}

/** For the audit log: what it is about. */
export function subjectFacts(subject: EvidenceExport['subject']): Record<string, string> {
  switch (subject.kind) {
    case 'execution':
      return { about: 'execution', executionId: subject.executionId };
    case 'period':
      return { about: 'period', from: subject.from, to: subject.to };
    case 'consistency':
      return { about: 'consistency', audit: String(subject.audit), ledger: String(subject.ledger) };
    case 'ledger':
      return { about: 'ledger', format: subject.format };
  }
}
