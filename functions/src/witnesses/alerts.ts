import { derivedId } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import { alertSchema, type Alert } from '@countersign/domain/schemas/alert';
import type { WitnessEntry, WitnessState } from '@countersign/domain/schemas/witness';
import { config } from '../config.ts';
import { ChangeSet } from '../engine/change-set.ts';
import { holdersOf, messageWrites } from '../engine/notifications.ts';
import type { Transaction, Write } from '../store/database.ts';

type Found = Pick<Alert, 'id' | 'kind' | 'severity' | 'message'> & { readonly entry: WitnessEntry };

const TITLES = { ledger: 'ledger', audit: 'audit log' } as const;

/**
 * Alerts of what the witnesses say: one that has not cosigned for long, and one that has seen another log. The second is
 * also an event of the audit log and a message to auditors and admins, once.
 * @param writes of the same commit
 */
export async function alertWrites(
  tx: Transaction,
  orgId: string,
  state: WitnessState,
  writes: readonly Write[],
  at: string,
): Promise<readonly Write[]> {
  const found = state.witnesses.flatMap((entry) => findings(state, entry, at));
  if (found.length === 0) return writes;
  const stored = await tx.getAll(found.map(({ id }) => paths.alert(orgId, id)));
  const before = stored.map((one) => (one === null ? null : alertSchema.parse(one.data)));
  const all: Write[] = [
    ...writes,
    ...found.map((one, index): Write => {
      const alert = alertOf(state, one, before[index] ?? null, at);
      return { op: 'set', path: paths.alert(orgId, one.id), data: { ...alert } };
    }),
  ];
  const fresh = found.find(({ kind }, index) => kind === 'witness_disagrees' && before[index]?.state !== 'open');
  if (fresh === undefined) return all;
  const people = [...(await holdersOf(tx, orgId, 'auditor')), ...(await holdersOf(tx, orgId, 'admin'))];
  const about = derivedId('witness', orgId, fresh.id, at);
  const change = new ChangeSet(orgId, about, { kind: 'system', part: 'tick' }, at);
  const message = { about, title: 'A witness has seen another log', body: fresh.message, executionId: null };
  change.also(...all, ...messageWrites(orgId, people, message, at));
  const size = fresh.entry.problem?.size;
  return change.toWrites('witness.disagreed', {
    data: { stream: state.stream, witness: fresh.entry.keyName.slice(0, 200), size: String(size ?? '') },
  });
}

function findings(state: WitnessState, entry: WitnessEntry, at: string): Found[] {
  const { stream, origin } = state;
  const { problem, behindSince, keyName, keyId } = entry;
  if (problem?.code === 'disagrees' || problem?.code === 'ahead')
    return [
      {
        id: derivedId('alert', 'witness_disagrees', origin, keyId),
        kind: 'witness_disagrees',
        severity: 'critical',
        message:
          `The witness ${keyName} does not cosign the ${TITLES[stream]}: ${problem.message}. Somebody has signed another history with our key, or the database was rolled back; what was said lies beside the published checkpoints, under "disputed".`.slice(
            0,
            1000,
          ),
        entry,
      },
    ];
  const silent = behindSince !== null && Date.parse(at) - Date.parse(behindSince) > config.witnessSilentMs;
  if (!silent) return [];
  const why = problem === null ? '' : `: ${problem.message}`;
  return [
    {
      id: derivedId('alert', 'witness_silent', origin, keyId, behindSince),
      kind: 'witness_silent',
      severity: 'warning',
      message: `The witness ${keyName} has cosigned nothing of the ${TITLES[stream]} since ${behindSince}${why}`.slice(
        0,
        1000,
      ),
      entry,
    },
  ];
}

function alertOf(
  { stream }: WitnessState,
  { id, kind, severity, message }: Found,
  there: Alert | null,
  at: string,
): Alert {
  return {
    id,
    kind,
    severity,
    message,
    journalId: null,
    path: `witnesses/${stream}`,
    at: there?.at ?? at,
    lastSeenAt: at,
    state: 'open',
    acknowledgedBy: null,
    acknowledgedAt: null,
    note: null,
  };
}
