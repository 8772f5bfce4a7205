import type { LedgerAlert, LedgerDecision } from '@countersign/domain/ledger/decide';
import { derivedId } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import type { Alert } from '@countersign/domain/schemas/alert';
import { toStoredJournal } from '@countersign/domain/schemas/journal';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import type { Write } from '../store/database.ts';

/** All documents of a batch: what was decided, its feed, the places of its leaves, and what people should hear of. */
export function ledgerWrites(
  orgId: string,
  intents: readonly LedgerIntent[],
  decision: LedgerDecision,
  size: number,
  at: string,
): Write[] {
  return [
    ...decision.accountsOpened.map((account): Write => ({
      op: 'create',
      path: paths.account(orgId, account.id),
      data: { ...account },
    })),
    ...decision.accountsChanged.map((account): Write => ({
      op: 'set',
      path: paths.account(orgId, account.id),
      data: { ...account },
    })),
    ...decision.periods.map((period): Write => ({
      op: 'set',
      path: paths.period(orgId, period.id),
      data: { ...period },
    })),
    ...decision.journalsCreated.map((journal): Write => ({
      op: 'create',
      path: paths.journal(orgId, journal.id),
      data: toStoredJournal(journal),
    })),
    ...decision.journalsStepped.map((journal): Write => ({
      op: 'set',
      path: paths.journal(orgId, journal.id),
      data: toStoredJournal(journal),
    })),
    ...decision.balances.map((balance): Write => ({
      op: 'set',
      path: paths.balance(orgId, balance.accountId, balance.currency),
      data: { ...balance },
    })),
    ...decision.alerts.map((alert) => alertWrite(orgId, alert, at)),
    ...feedWrite(orgId, decision, size, at),
    ...leafBatchWrite(orgId, decision, size, at),
    ...refusedAlerts(orgId, intents, decision, at),
  ];
}

/** Feeds follow each other without a gap, so one is written also when no balance has changed. */
function feedWrite(orgId: string, { leaves, cells }: LedgerDecision, firstSeq: number, at: string): Write[] {
  if (leaves.length === 0) return [];
  const data = { firstSeq, nextSeq: firstSeq + leaves.length, day: at.slice(0, 10), cells: JSON.stringify(cells) };
  return [{ op: 'set', path: paths.feed(orgId, firstSeq), data }];
}

/** Where the leaves' documents lie, so that the leaves of some days can be found. */
function leafBatchWrite(orgId: string, { leafDocuments }: LedgerDecision, firstSeq: number, at: string): Write[] {
  if (leafDocuments.length === 0) return [];
  const documents = JSON.stringify(leafDocuments);
  const data = { firstSeq, nextSeq: firstSeq + leafDocuments.length, recordedAt: at, documents };
  return [{ op: 'set', path: paths.leafBatch(orgId, firstSeq), data }];
}

/** A journal's refusal is told in its execution. Of accounts and periods nobody waits for the answer. */
function refusedAlerts(
  orgId: string,
  intents: readonly LedgerIntent[],
  { refusals }: LedgerDecision,
  at: string,
): Write[] {
  return refusals.flatMap(({ index, message }) => {
    const intent = intents[index];
    if (intent === undefined || !/account|period/.test(intent.type)) return [];
    return [alertOf(orgId, 'refused', intent.id, message, null, at)];
  });
}

const alertWrite = (orgId: string, { kind, journalId, message }: LedgerAlert, at: string): Write =>
  alertOf(orgId, kind, journalId, message, journalId, at);

function alertOf(
  orgId: string,
  kind: LedgerAlert['kind'] | 'refused',
  about: string,
  message: string,
  journalId: string | null,
  at: string,
): Write {
  const alert: Alert = {
    id: derivedId('alert', kind, about),
    kind,
    severity: kind === 'late_posting' ? 'notice' : 'warning',
    message: message.slice(0, 1000),
    journalId,
    path: null,
    at,
    lastSeenAt: at,
    state: 'open',
    acknowledgedBy: null,
    acknowledgedAt: null,
    note: null,
  };
  return { op: 'set', path: paths.alert(orgId, alert.id), data: alert };
}
