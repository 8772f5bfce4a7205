import { newWork } from '../engine/work.ts';
import { refs } from '../refs.ts';
import { subjectFacts } from './export-evidence.ts';
import type { Command } from './run-command.ts';

/** Make a file of the whole ledger, in the background. That it was asked for, and what came of it, is in the audit log. */
export const exportLedger: Command<'exportLedger'> = {
  name: 'exportLedger',
  roles: ['executive', 'treasurer', 'auditor', 'admin'],
  async decide({ deps, input, member, now, callId, change }) {
    const { orgId, format } = input;
    const id = callId;
    const subject = { kind: 'ledger' as const, format };
    change.create(refs.evidenceExport(orgId, id), {
      id,
      subject,
      personal: false,
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
    const data = { exportId: id, ...subjectFacts(subject) };
    return { result: { exportId: id }, writes: change.toWrites('evidence.requested', { data }), wake: id };
  },
};
