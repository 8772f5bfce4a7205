import type { WitnessEntry, WitnessState } from '@countersign/domain/schemas/witness';
import { formatAge } from '../../../components/time.ts';
import type { Shape, Tone } from '../../../components/execution-state.ts';

export interface WitnessLine {
  readonly keyName: string;
  readonly tone: Tone;
  readonly shape: Shape;
  /** What it has cosigned, and what it has not for how long. */
  readonly words: string;
  /** The last time that it cosigned anything; null when it never has. */
  readonly at: string | null;
}

const LOGS = { audit: 'audit log', ledger: 'ledger' } as const;
/** Asking takes seconds, and the tick a minute. */
const LATE_MS = 10 * 60_000;

/** One line a witness, over both logs. */
export function witnessLines(states: readonly WitnessState[], now: number): WitnessLine[] {
  const byKey = new Map<string, { readonly state: WitnessState; readonly entry: WitnessEntry }[]>();
  for (const state of states)
    for (const entry of state.witnesses) {
      const key = `${entry.keyName}+${entry.keyId}`;
      byKey.set(key, [...(byKey.get(key) ?? []), { state, entry }]);
    }
  return [...byKey.values()].map((logs) => lineOf(logs, now));
}

function lineOf(
  logs: readonly { readonly state: WitnessState; readonly entry: WitnessEntry }[],
  now: number,
): WitnessLine {
  const disputed = logs.some(({ entry }) => isDispute(entry));
  const late = logs.some(({ entry }) => isLate(entry, now));
  const times = logs.flatMap(({ entry }) => entry.cosigned?.at ?? []).toSorted();
  return {
    keyName: logs[0]?.entry.keyName ?? '',
    tone: disputed ? 'bad' : late ? 'act' : 'good',
    shape: disputed ? 'octagon' : late ? 'triangle' : 'disc-check',
    words: logs.map(({ state, entry }) => wordsOf(state, entry, now)).join('; '),
    at: times.at(-1) ?? null,
  };
}

const isDispute = ({ problem }: WitnessEntry): boolean => problem?.code === 'disagrees' || problem?.code === 'ahead';
const isLate = ({ behindSince }: WitnessEntry, now: number): boolean =>
  behindSince !== null && now - Date.parse(behindSince) > LATE_MS;

function wordsOf({ stream }: WitnessState, entry: WitnessEntry, now: number): string {
  const { cosigned, behindSince, problem } = entry;
  const log = LOGS[stream];
  const seen = cosigned === null ? `nothing of the ${log} yet` : `${log} up to ${cosigned.size.toLocaleString('en')}`;
  if (isDispute(entry)) return `${seen}; ${problem?.message ?? ''}`;
  if (!isLate(entry, now) || behindSince === null) return seen;
  const since = formatAge(Date.parse(behindSince) - now).replace(/ ago$/, '');
  return `${seen}, behind for ${since}${problem === null ? '' : `: ${problem.message}`}`;
}

/** Whether enough of them have cosigned, by the rule of the deployment; null where it has none. */
export function quorumInWords(states: readonly WitnessState[]): string | null {
  const [first] = states;
  if (first === undefined || first.quorum === '') return null;
  const reached = states.map(({ stream, reachedSize }) =>
    reachedSize === null ? `none of the ${LOGS[stream]}` : `${LOGS[stream]} up to ${reachedSize.toLocaleString('en')}`,
  );
  return `Enough is ${first.quorum}: ${reached.join(', ')}.`;
}
