import type { CommandInput, CommandName, CommandResults } from '@countersign/domain/schemas/commands';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { ApprovalLevel } from '@countersign/domain/schemas/policy';
import { isAppError, toAppError } from '@countersign/domain/errors';
import { derivedId } from '@countersign/domain/hash';
import { objectPaths, paths } from '@countersign/domain/paths';
import type { Plugin } from '@countersign/plugin-sdk';
import stripePayout from '../../../plugins/stripe-payout/src/index.ts';
import { commands } from '../../../functions/src/commands/index.ts';
import { runCommand, type Command } from '../../../functions/src/commands/run-command.ts';
import type { Deps } from '../../../functions/src/engine/deps.ts';
import { inProcess } from '../../../functions/src/engine/testing/in-process-plugin.ts';
import { memoryObjects } from '../../../functions/src/engine/testing/memory-objects.ts';
import { memorySecrets } from '../../../functions/src/engine/testing/memory-secrets.ts';
import { silenceLog } from '../../../functions/src/engine/testing/settings.ts';
import { runTick } from '../../../functions/src/engine/tick.ts';
import { runWork } from '../../../functions/src/engine/worker.ts';
import { registerUpload } from '../../../functions/src/files/register-upload.ts';
import type { Database, Write } from '../../../functions/src/store/database.ts';
import { keySigner } from '../../../functions/src/streams/signer.ts';
import type { Bug } from './bugs.ts';
import { FaultInjector, weatherOf } from './faults.ts';
import type { Findings } from './findings.ts';
import { CHECKPOINT_KEY, openAccounts } from './founding.ts';
import { memoryPublisher } from '../../../functions/src/streams/test-kit.ts';
import { mixed } from './mixed-plugin.ts';
import { Observer } from './observer.ts';
import { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import { Died, SimProcess, type ProcessKind, type Surroundings } from './sim-process.ts';
import { SimReceiver } from './sim-receiver.ts';
import { SimStripe } from './sim-stripe.ts';
import { SimWebhooks } from './sim-webhooks.ts';
import { throughReality } from './through-reality.ts';
import type { Trace } from './trace.ts';

silenceLog();

const FAULT_BUDGET = 60;
const TASK_ATTEMPTS = 3;
const CLIENT_ATTEMPTS = 6;
const SKEW_MS = 1_000;

export interface Store {
  readonly db: Database;
  readonly orgId: string;
  /** Makes the organization what the story needs. */
  readonly begin: (world: SimWorld, levels: readonly ApprovalLevel[]) => Promise<void>;
  /** Calls to it take real time: it is no part of the simulation. */
  readonly isReal: boolean;
  close(): Promise<void>;
}

/** One organization and all that happens to it: processes, providers, people; all of it by the seed. */
export class SimWorld {
  readonly orgId: string;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly random: Random;
  readonly faults: FaultInjector;
  readonly findings: Findings;
  readonly observer: Observer;
  readonly stripe: SimStripe;
  readonly webhooks: SimWebhooks;
  readonly receiver: SimReceiver;
  readonly objects = memoryObjects();
  readonly notes = new Map<string, string>();
  readonly base: Deps;
  /** A real store is no part of the simulation, and nobody can take a backup of it in one moment. */
  readonly isReal: boolean;
  /** Ticks are lost until then. */
  noTickUntilMs = 0;
  /** What was done between these times is not in the database, which came back from a backup. */
  restored: { readonly sinceMs: number; readonly untilMs: number } | null = null;
  /** The database is not what was vouched for, and nobody has told why. */
  mayNotPay = false;
  #isDown = false;
  readonly #surroundings: Surroundings;
  readonly #bug: Bug | null;
  readonly #warm: SimProcess[] = [];
  readonly #names = new Map<ProcessKind, number>();

  constructor(seed: number, store: Store, scheduler: Scheduler, trace: Trace, findings: Findings, bug: Bug | null) {
    this.orgId = store.orgId;
    this.isReal = store.isReal;
    this.scheduler = scheduler;
    this.trace = trace;
    this.findings = findings;
    this.#bug = bug;
    this.random = new Random(seed, 'world');
    const faultRandom = new Random(seed, 'faults');
    this.faults = new FaultInjector(faultRandom, weatherOf(faultRandom), FAULT_BUDGET, () => scheduler.now, trace);
    this.observer = new Observer(findings, scheduler);
    this.stripe = new SimStripe(scheduler, new Random(seed, 'stripe'), this.faults);
    this.receiver = new SimReceiver(scheduler, new Random(seed, 'receiver'), this.faults);
    openAccounts(this.stripe);
    this.stripe.beforePayment = (request) => {
      const account = this.stripe.accounts.get(request.data.account);
      this.findings.expect(
        !this.mayNotPay,
        'nothing is paid from a database that was rolled back',
        `${request.ids.executionId.slice(0, 8)} ${request.data.reference}`,
      );
      this.observer.paying(request, request.kind === 'payout' && account !== undefined ? account : null);
    };
    this.webhooks = new SimWebhooks(this);
    this.stripe.afterPayment = (payment) => this.webhooks.made(payment);
    const now = (): Date => new Date(scheduler.now);
    const db = store.isReal ? throughReality(store.db, scheduler) : store.db;
    this.base = {
      db,
      objects: this.objects,
      streams: {
        db,
        now,
        signer: keySigner(async () => CHECKPOINT_KEY),
        publisher: memoryPublisher(this.notes),
      },
      provider: this.stripe,
      http: (request) => this.receiver.call(request),
      secrets: memorySecrets(),
      ...inProcess(stripePayout as Plugin, mixed),
      now,
      newId: () => derivedId('simulated', 'base', String(this.random.next())),
      wake: async (_, workId) => this.wake(workId),
    };
    this.#surroundings = {
      deps: this.base,
      scheduler,
      random: this.random,
      faults: this.faults,
      committed: (process, writes) => this.#committed(process, writes),
    };
  }

  /** A warm process that has nothing to do, or a new one. */
  process(kind: ProcessKind): SimProcess {
    const idle = this.#warm.find((one) => one.kind === kind && one.alive && one.busy === 0);
    if (idle !== undefined && this.random.chance(0.6)) return idle;
    const number = (this.#names.get(kind) ?? 0) + 1;
    this.#names.set(kind, number);
    const made = new SimProcess(this.#surroundings, kind, `${kind}-${number}`, this.#bug);
    this.#warm.push(made);
    return made;
  }

  /** Every process is gone at once, and none begins until `goOn`. */
  crashAll(): void {
    this.#isDown = true;
    for (const one of this.#warm) one.alive = false;
  }

  goOn(): void {
    this.#isDown = false;
  }

  /** Something runs in a process; what it throws is the caller's affair. */
  async within<T>(
    kind: ProcessKind,
    run: (deps: Deps, process: SimProcess) => Promise<T>,
    when: 'when all is up' | 'also when all is down' = 'when all is up',
  ): Promise<T> {
    if (this.#isDown && when === 'when all is up') throw new Died(`no ${kind} runs`);
    const process = this.process(kind);
    process.busy += 1;
    try {
      return await run(process.deps, process);
    } finally {
      process.busy -= 1;
    }
  }

  /** Somebody asks for a worker: the task may be lost, late or doubled. */
  wake(workId: string): void {
    const name = `task ${workId.slice(0, 6)}`;
    if (this.faults.strikes('task_lost', name)) return;
    const times = this.faults.strikes('task_doubled', name) ? 2 : 1;
    for (let time = 0; time < times; time += 1) {
      const isLate = this.faults.strikes('task_late', name);
      const delayMs = isLate ? this.random.between(1_000, 120_000) : this.random.between(0, 150);
      this.scheduler.after(delayMs, name, () => void this.#deliver(workId, 1));
    }
  }

  async #deliver(workId: string, attempt: number): Promise<void> {
    try {
      await this.within('worker', (deps) => runWork(deps, this.orgId, workId));
    } catch (error) {
      this.expectSpeakable(error, `work ${workId}`);
      // The queue hears nothing of a worker that died, or an error: it delivers again.
      if (attempt < TASK_ATTEMPTS)
        this.scheduler.after(
          this.random.between(1_000, 30_000),
          `task ${workId.slice(0, 6)} again`,
          () => void this.#deliver(workId, attempt + 1),
        );
    }
  }

  async tick(): Promise<void> {
    if (this.scheduler.now < this.noTickUntilMs || this.faults.strikes('tick_lost', 'tick')) return;
    await this.within('tick', (deps) => runTick(deps)).catch((error: unknown) => this.expectSpeakable(error, 'tick'));
  }

  /** A person's client: it asks again, with the same key, until it has an answer. Null when it was refused. */
  async ask<N extends CommandName>(
    uid: string,
    name: N,
    input: Omit<CommandInput<N>, 'orgId' | 'idempotencyKey'>,
    key: string,
  ): Promise<CommandResults[N] | null> {
    const command = commands[name as keyof typeof commands] as unknown as Command<N, unknown>;
    const raw = { orgId: this.orgId, idempotencyKey: key, ...input };
    for (let attempt = 1; attempt <= CLIENT_ATTEMPTS; attempt += 1) {
      try {
        const result = await this.within('command', (deps) => runCommand(deps, command, { uid }, raw));
        this.trace.note(this.scheduler.now, `${uid} ${name}: ${JSON.stringify(result)}`);
        return result;
      } catch (error) {
        this.expectSpeakable(error, `${name} of ${uid}`);
        const isFinal = isAppError(error) && !error.retryable;
        this.trace.note(this.scheduler.now, `${uid} ${name}: ${error instanceof Error ? error.message : ''}`);
        // What a client refers to may be in the time that was lost.
        if (isAppError(error) && error.code === 'invalid_argument' && this.restored === null) throw error;
        if (isFinal) return null;
      }
      await this.scheduler.sleep(this.random.between(200, 5_000), `${uid} asks again`);
    }
    return null;
  }

  /** Upload a file, as a client and the Storage trigger would: the trigger is delivered until it succeeds. */
  async upload(uid: string, text: string, name: string): Promise<string> {
    const bytes = new TextEncoder().encode(text);
    const path = objectPaths.upload(this.orgId, uid, `upload-${name}`, 'payouts.csv');
    const generation = this.objects.put(path, bytes);
    const object = { path, generation, sizeBytes: bytes.length, declaredType: 'text/csv' };
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.within('upload', (deps) => registerUpload(deps, object));
        return derivedId('file', path, generation);
      } catch (error) {
        this.expectSpeakable(error, 'upload');
        if (attempt > 30 && !this.#isDown) throw error;
      }
      await this.scheduler.sleep(this.random.between(500, 8_000), 'upload again');
    }
  }

  /** A change that the story makes by itself, until it is made. */
  async seed(change: (deps: Deps) => Promise<void>): Promise<void> {
    for (let attempt = 1; attempt <= CLIENT_ATTEMPTS; attempt += 1) {
      try {
        return await this.within('seed', change);
      } catch (error) {
        // Made already, by a try whose reply was lost.
        if (isAppError(error) && error.code === 'already_exists') return;
        this.expectSpeakable(error, 'seed');
      }
      await this.scheduler.sleep(this.random.between(200, 5_000), 'seed again');
    }
  }

  execution(id: string): Execution | undefined {
    return this.observer.get(paths.execution(this.orgId, id)) as unknown as Execution | undefined;
  }

  #committed(process: SimProcess, writes: readonly Write[]): void {
    this.trace.note(this.scheduler.now, `${process.name} ${describe(writes)}`);
    const due = writes.flatMap((write) => this.#becomesDue(write));
    this.observer.before(writes);
    this.observer.committed(process, writes);
    for (const workId of due) this.wake(workId);
  }

  /** The trigger on work documents, `on-work.ts`. */
  #becomesDue(write: Write): string[] {
    if (write.op === 'delete' || !write.path.startsWith(`${paths.organization(this.orgId)}/work/`)) return [];
    const before = this.observer.get(write.path);
    const nextAt = write.data['nextAt'];
    if (before?.['lease'] != null || typeof nextAt !== 'string' || nextAt === before?.['nextAt']) return [];
    return Date.parse(nextAt) > this.scheduler.now + SKEW_MS ? [] : [write.path.split('/').at(-1) ?? ''];
  }

  /** A fault of ours must never be mistaken for one of the world's. */
  expectSpeakable(error: unknown, where: string): void {
    if (hasDied(error)) return;
    const failure = toAppError(error);
    this.trace.note(this.scheduler.now, `${where}: ${failure.code} ${failure.message}`);
    this.findings.expect(failure.code !== 'internal', 'no internal error', `${where}: ${failure.message}`);
  }
}

/** The engine wraps what it does not know. */
function hasDied(error: unknown): boolean {
  return error instanceof Died || (error instanceof Error && error.cause instanceof Died);
}

function describe(writes: readonly Write[]): string {
  return writes
    .map(({ op, path }) => `${op} ${path.split('/').slice(2).join('/')}`)
    .join(', ')
    .slice(0, 400);
}
