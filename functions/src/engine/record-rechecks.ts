import type { Recheck as AnyRecheck } from '@countersign/domain/schemas/execution';
import type { StoredRecord } from '@countersign/domain/schemas/record';
import { compareDecimals } from '@countersign/domain/money/decimal-text';
import { refs } from '../refs.ts';
import { readAll } from '../store/database.ts';
import type { Deps } from './deps.ts';
import type { Drift } from './drift.ts';

export type RecordRecheck = Exclude<AnyRecheck, { kind: 'ledger.balance' }>;

/** The plan's signed predicates about records: each still at its version, each price still within its limits. */
export async function recordDrift(deps: Deps, orgId: string, all: readonly AnyRecheck[]): Promise<Drift | null> {
  const rechecks = all.filter((recheck) => recheck.kind !== 'ledger.balance');
  if (rechecks.length === 0) return null;
  const records = await readAll(
    deps.db,
    rechecks.map(({ type, recordId }) => refs.record(orgId, type, recordId)),
  );
  for (const [at, recheck] of rechecks.entries()) {
    const drift = driftOf(recheck, records[at] ?? null);
    if (drift !== null) return drift;
  }
  return null;
}

function driftOf(recheck: RecordRecheck, record: StoredRecord | null): Drift | null {
  const subject = `${recheck.type} ${recheck.recordId}`;
  if (recheck.kind === 'record.version') {
    const found = record?.version ?? 0;
    return found === recheck.version
      ? null
      : { what: 'record', subject, signed: `version ${recheck.version}`, found: `version ${found}` };
  }
  const { field, min, max } = recheck;
  const value = record?.fields[field];
  const signed = `${field} ${[min === null ? '' : `at least ${min}`, max === null ? '' : `at most ${max}`].filter((part) => part !== '').join(', ')}`;
  const order = (limit: string): number | null => (typeof value === 'string' ? compareDecimals(value, limit) : null);
  const below = min === null ? 0 : order(min);
  const above = max === null ? 0 : order(max);
  const holds = value !== undefined && below !== null && above !== null && below >= 0 && above <= 0;
  return holds
    ? null
    : { what: 'record', subject, signed, found: typeof value === 'string' ? `${field} ${value}` : 'no such value' };
}
