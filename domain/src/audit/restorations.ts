import type { AuditEventBody } from '../schemas/audit.ts';
import type { StreamName } from '../schemas/stream.ts';

/** A restore that the audit log names: from then on, checkpoints are of a later epoch. */
export interface Restoration {
  readonly epoch: number;
  readonly at: string;
  readonly lostSince: string;
  /** What the restored database held for sure, and the newest checkpoint that had been published, by stream. */
  readonly from: Readonly<Record<StreamName, number>>;
  readonly published: Readonly<Record<StreamName, number>>;
}

/** Null for an event of another type. */
export function restorationOf({ type, at, data }: AuditEventBody): Restoration | null {
  if (type !== 'organization.restored') return null;
  const number = (field: string): number => Number(data[field] ?? 0) || 0;
  return {
    epoch: number('epoch'),
    at,
    lostSince: data['lostSince'] ?? '',
    from: { ledger: number('ledgerFrom'), audit: number('auditFrom') },
    published: { ledger: number('ledgerPublished'), audit: number('auditPublished') },
  };
}

/** How much of a stream that was vouched for in an epoch must still be there, whatever was restored since. */
export function heldUpTo(restorations: readonly Restoration[], epoch: number, name: StreamName): number {
  return Math.min(
    Number.POSITIVE_INFINITY,
    ...restorations.filter((one) => one.epoch > epoch).map((one) => one.from[name]),
  );
}

/** The epoch that the log has come to. */
export const newestEpoch = (restorations: readonly Restoration[]): number =>
  Math.max(0, ...restorations.map(({ epoch }) => epoch));
