import { derivedId } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import { alertSchema, type Alert } from '@countersign/domain/schemas/alert';
import type { Transaction, Write } from '../store/database.ts';
import type { Finding, FindingCheck } from '../streams/verify/findings.ts';

/** Of thousands of broken things the first ones tell the story. */
const MAX_ALERTS = 50;

const KINDS: Readonly<Record<FindingCheck, Alert['kind']>> = {
  balance: 'balance_differs',
  month: 'balance_differs',
  trial_balance: 'balance_differs',
  leaf: 'stream_differs',
  tree: 'stream_differs',
  checkpoint: 'checkpoint_differs',
  waiting: 'unsealed',
  shape: 'document_differs',
  journal: 'document_differs',
  account: 'document_differs',
  period: 'document_differs',
  event: 'document_differs',
  document: 'document_differs',
  personal: 'document_differs',
};

/** One alert a finding. Found again, it is the same alert, and open again if somebody had put it aside. */
export async function alertsOf(
  tx: Pick<Transaction, 'getAll'>,
  orgId: string,
  findings: readonly Finding[],
  at: string,
): Promise<{ writes: Write[]; fresh: string[] }> {
  const unique = new Map(
    findings.map((finding) => [derivedId('alert', finding.check, finding.where, finding.message), finding]),
  );
  const found = [...unique].slice(0, MAX_ALERTS);
  const stored = await tx.getAll(found.map(([id]) => paths.alert(orgId, id)));
  const fresh: string[] = [];
  const writes = found.map(([id, { check, where, message }], index): Write => {
    const there = stored[index] == null ? null : alertSchema.parse(stored[index].data);
    if (there?.state !== 'open') fresh.push(id);
    const alert: Alert = {
      id,
      kind: KINDS[check],
      severity: check === 'waiting' ? 'warning' : 'critical',
      message: `${where} ${message}`.slice(0, 1000),
      journalId: null,
      path: where.slice(0, 1000),
      at: there?.at ?? at,
      lastSeenAt: at,
      state: 'open',
      acknowledgedBy: null,
      acknowledgedAt: null,
      note: null,
    };
    return { op: 'set', path: paths.alert(orgId, id), data: { ...alert } };
  });
  return { writes, fresh };
}
