import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Bug } from './bugs.ts';
import type { SeedResult } from './run-seed.ts';

export interface Run {
  readonly from: number;
  readonly count: number;
  readonly processes: number;
  /** On the local Firestore that the environment names; else in memory. */
  readonly real: boolean;
  readonly bug: Bug | null;
}

export interface Listener {
  /** A seed in which something did not hold. */
  found(result: Pick<SeedResult, 'seed' | 'findings'>): void;
  progress?(done: number, perSecond: number): void;
}

/** What came of many seeds. */
export class Sum {
  seeds = 0;
  executions = 0;
  faults = 0;
  duplicates = 0;
  lost = 0;
  violations = 0;
  readonly faultsByName = new Map<string, number>();
  readonly ends = new Map<string, number>();
  readonly outcomes = new Map<string, number>();

  add(result: SeedResult): void {
    this.seeds += 1;
    this.executions += result.executions;
    this.duplicates += result.counts.duplicate;
    this.lost += result.counts.lost;
    this.violations += result.counts.violation;
    for (const count of Object.values(result.faults)) this.faults += count;
    addUp(this.faultsByName, result.faults);
    addUp(this.ends, result.ends);
    addUp(this.outcomes, result.outcomes);
  }

  get isSound(): boolean {
    return this.duplicates + this.lost + this.violations === 0;
  }

  line(): Record<'seeds' | 'executions' | 'faults' | 'duplicates' | 'lost' | 'violations', number> {
    const { seeds, executions, faults, duplicates, lost, violations } = this;
    return { seeds, executions, faults, duplicates, lost, violations };
  }
}

function addUp(to: Map<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) to.set(name, (to.get(name) ?? 0) + count);
}

type Message =
  | { readonly result: SeedResult }
  | { readonly seed: number; readonly broke: string }
  | { readonly done: true };

const SEEDS_AN_ORDER = 10;
const PROGRESS_EVERY_MS = 10_000;

/** Play seeds in processes of their own, so that every core has some, and add up what came of them. */
export async function playSeeds(run: Run, listener: Listener): Promise<Sum> {
  const sum = new Sum();
  const startedMs = performance.now();
  let next = run.from;
  let toldMs = startedMs;
  const order = (): number[] => {
    const size = Math.min(SEEDS_AN_ORDER, run.from + run.count - next);
    next += size;
    return Array.from({ length: size }, (_, at) => next - size + at);
  };
  const hear = (message: Message): void => {
    if ('broke' in message) {
      sum.violations += 1;
      sum.seeds += 1;
      const detail = message.broke.split('\n').slice(0, 6).join(' | ');
      listener.found({ seed: message.seed, findings: [{ kind: 'violation', rule: 'the simulation runs', detail }] });
    } else if ('result' in message) {
      sum.add(message.result);
      if (message.result.findings.length > 0) listener.found(message.result);
    }
    if (performance.now() - toldMs < PROGRESS_EVERY_MS) return;
    toldMs = performance.now();
    listener.progress?.(sum.seeds, (sum.seeds * 1000) / (toldMs - startedMs));
  };
  await Promise.all(Array.from({ length: Math.min(run.processes, run.count) }, () => oneProcess(run, order, hear)));
  return sum;
}

function oneProcess(run: Run, order: () => number[], hear: (message: Message) => void): Promise<void> {
  const child: ChildProcess = fork(
    join(import.meta.dirname, 'child.ts'),
    [run.real ? 'real' : 'memory', run.bug?.name ?? ''],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  const more = (): void => {
    const seeds = order();
    if (seeds.length === 0) child.disconnect();
    else child.send({ seeds });
  };
  return new Promise((resolve, reject) => {
    child.on('message', (message: Message) => ('done' in message ? more() : hear(message)));
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a process ended with code ${code}`))));
    more();
  });
}
