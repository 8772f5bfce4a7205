import type { RecordedAuditEvent } from '@countersign/domain/audit/event';
import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import type { Inbox, StreamName } from '@countersign/domain/schemas/stream';
import type { Write } from '../store/database.ts';
import { documentBytes, MAX_INBOX_BYTES } from '../store/limits.ts';

/** More intents than this in one commit are the caller's mistake: split the work into more commits. */
export const MAX_INTENTS_PER_COMMIT = 1000;

/**
 * The writes that hand intents to the ledger's writer, for the very commit that causes them.
 * @param commitId names this commit and no other; the same commit tried twice fails with `already_exists`
 * @throws AppError `limit_exceeded` over 1,000 intents or 500 KiB
 */
export function ledgerIntents(orgId: string, commitId: string, intents: readonly LedgerIntent[], now: string): Write[] {
  return intents.length === 0 ? [] : [inboxWrite(orgId, 'ledger', commitId, intents, now)];
}

/** The same for the audit log; personal values go beside the stream, where they can be erased. */
export function auditIntents(
  orgId: string,
  commitId: string,
  events: readonly RecordedAuditEvent[],
  now: string,
): Write[] {
  if (events.length === 0) return [];
  const personal = events.filter((event) => Object.keys(event.personal).length > 0);
  return [
    inboxWrite(
      orgId,
      'audit',
      commitId,
      events.map((event) => event.body),
      now,
    ),
    ...personal.map(({ body, personal: values }): Write => ({
      op: 'create',
      path: paths.auditPersonal(orgId, body.id),
      data: { values },
    })),
  ];
}

/**
 * Deletes what `awaitDecided` found refused. It belongs into the commit that records the refusals: deleted earlier, a
 * crash in between would make a refused posting look accepted.
 */
export function takeResult(orgId: string, name: StreamName, commitId: string): Write {
  return { op: 'delete', path: paths.inboxResult(orgId, name, commitId) };
}

function inboxWrite(orgId: string, name: StreamName, id: string, intents: readonly unknown[], now: string): Write {
  if (intents.length > MAX_INTENTS_PER_COMMIT)
    throw tooMuch(name, id, { intents: intents.length, limit: MAX_INTENTS_PER_COMMIT });
  // As text: one value to encode and none to index, where nested maps would cost more than all the rest of a posting.
  const data: Inbox = { id, createdAt: now, count: intents.length, intents: JSON.stringify(intents) };
  const path = paths.inbox(orgId, name, id);
  const bytes = documentBytes(path, data);
  if (bytes > MAX_INBOX_BYTES) throw tooMuch(name, id, { bytes, limit: MAX_INBOX_BYTES });
  return { op: 'create', path, data };
}

function tooMuch(name: StreamName, commitId: string, details: Record<string, number>): AppError {
  return new AppError('limit_exceeded', `One commit hands too much to the ${name} stream; split it`, {
    details: { commitId, ...details },
  });
}
