import { AppError } from '@countersign/domain/errors';
import { derivedId } from '@countersign/domain/hash';
import type { Deps } from '../../../functions/src/engine/deps.ts';
import type { Database, Transaction, Write } from '../../../functions/src/store/database.ts';
import type { Bug } from './bugs.ts';
import type { FaultInjector } from './faults.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** The end of a process. No code may answer it: after it, nothing that this process asks for happens. */
export class Died extends Error {
  override name = 'Died';
}

export type ProcessKind = 'worker' | 'command' | 'tick' | 'upload' | 'seed';

/** What a process is made from: the world as it is, before anything stands between. */
export interface Surroundings {
  readonly deps: Deps;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: FaultInjector;
  readonly committed: (process: SimProcess, writes: readonly Write[]) => void;
}

const MAX_SKEW_MS = 1_500;
const LONGEST_STALL_MS = 9 * 60_000;
class TryAgain extends Error {}

/** One process: a worker, a callable function, the tick. It has a clock of its own, and can die or stand still anywhere. */
export class SimProcess {
  readonly kind: ProcessKind;
  readonly name: string;
  readonly deps: Deps;
  /** The ids that it has made: a lease's owner is one of them. */
  readonly ids = new Set<string>();
  alive = true;
  /** When it last woke from standing still: what it knows may be as old as that. */
  stoodStillUntilMs = 0;
  busy = 0;
  readonly #world: Surroundings;
  readonly #skewMs: number;

  constructor(world: Surroundings, kind: ProcessKind, name: string, bug: Bug | null) {
    this.#world = world;
    this.kind = kind;
    this.name = name;
    this.#skewMs = world.random.between(-MAX_SKEW_MS, MAX_SKEW_MS);
    const deps = this.#makeDeps();
    this.deps = bug === null ? deps : bug.wrap(deps, this);
  }

  now(): Date {
    return new Date(this.#world.scheduler.now + this.#skewMs);
  }

  #makeDeps(): Deps {
    const { deps } = this.#world;
    const db = this.#database();
    const now = (): Date => this.now();
    return {
      ...deps,
      db,
      now,
      newId: () => {
        const id = derivedId('simulated', this.name, String(this.ids.size));
        this.ids.add(id);
        return id;
      },
      streams: { ...deps.streams, db, now },
      provider: {
        identity: () => this.#act('identity', () => deps.provider.identity()),
        readAccounts: (accounts) => this.#act('read accounts', () => deps.provider.readAccounts(accounts)),
        readPlatformBalance: () => this.#act('read platform', () => deps.provider.readPlatformBalance()),
        retrieve: (request) => this.#act('retrieve', () => deps.provider.retrieve(request)),
        pay: (request) => this.#act(`pay ${request.data.reference}`, () => deps.provider.pay(request)),
        find: (request) => this.#act('find', () => deps.provider.find(request)),
      },
      http: (request) => this.#act('call', () => deps.http(request)),
      objects: {
        ...deps.objects,
        read: (path, generation) => this.#object('read object', () => deps.objects.read(path, generation)),
        write: (path, bytes, type) => this.#object('write object', () => deps.objects.write(path, bytes, type)),
        writer: (path, type) => {
          const writer = deps.objects.writer(path, type);
          return {
            write: (bytes) => this.#object('write draft', () => writer.write(bytes)),
            close: () => this.#object('close draft', () => writer.close()),
            abort: () => writer.abort(),
          };
        },
      },
      runPlugin: (run) => this.#act(`run ${run.entry}`, () => deps.runPlugin(run)),
      wake: (orgId, workId) => this.#act('wake', () => deps.wake(orgId, workId)),
    };
  }

  /** Everything that a process does to the world: it can die or stall just before it and just after. */
  async #act<T>(what: string, act: () => Promise<T>): Promise<T> {
    await this.#hazard(`before ${what}`);
    const result = await act();
    await this.#hazard(`after ${what}`);
    return result;
  }

  async #hazard(where: string): Promise<void> {
    this.#assertAlive();
    const { faults, scheduler, random } = this.#world;
    const place = `${this.name} ${where}`;
    if (faults.strikes('crash', place)) this.alive = false;
    else if (faults.strikes('stall', place)) {
      await scheduler.sleep(random.between(100, LONGEST_STALL_MS), `${place} wakes`);
      this.stoodStillUntilMs = scheduler.now;
    }
    this.#assertAlive();
  }

  #assertAlive(): void {
    if (!this.alive) throw new Died(`${this.name} died`);
  }

  async #object<T>(what: string, act: () => Promise<T>): Promise<T> {
    return this.#act(what, async () => {
      if (this.#world.faults.strikes('object_unavailable', `${this.name} ${what}`)) throw unavailable('No storage');
      return act();
    });
  }

  async #read<T>(what: string, act: () => Promise<T>): Promise<T> {
    this.#assertAlive();
    if (this.#world.faults.strikes('db_read_unavailable', `${this.name} ${what}`)) throw unavailable('No answer');
    const result = await act();
    this.#assertAlive();
    return result;
  }

  #database(): Database {
    const { db } = this.#world.deps;
    return {
      get: (path) => this.#read(`get ${path}`, () => db.get(path)),
      getAll: (paths) => this.#read(`get ${paths[0]} and more`, () => db.getAll(paths)),
      query: (query) => this.#read(`query ${query.collection}`, () => db.query(query)),
      commit: (writes) => (writes.length === 0 ? Promise.resolve([]) : this.#commit(writes)),
      transaction: (decide) => this.#transaction(decide),
    };
  }

  async #commit(writes: readonly Write[]): Promise<readonly string[]> {
    const what = `${this.name} commit ${nameOf(writes)}`;
    const once = async (): Promise<readonly string[]> => {
      const times = await this.#world.deps.db.commit(writes);
      this.#world.committed(this, writes);
      return times;
    };
    return this.#act(`commit ${nameOf(writes)}`, async () => {
      const fault = this.#world.faults.one(
        ['db_aborted', 'db_deadline_before', 'db_reply_lost', 'db_sent_again'],
        what,
      );
      if (fault === 'db_aborted' || fault === 'db_deadline_before') throw unavailable('Not committed, it may seem');
      const times = await once();
      if (fault === 'db_reply_lost') throw unavailable('The reply was lost');
      return fault === 'db_sent_again' ? once() : times;
    });
  }

  async #transaction<T>(decide: (tx: Transaction) => Promise<T>): Promise<T> {
    const { faults } = this.#world;
    return this.#act('transaction', async () => {
      const what = `${this.name} transaction`;
      const fault = faults.one(
        ['db_aborted', 'db_deadline_before', 'db_reply_lost', 'db_tried_again', 'db_run_again'],
        what,
      );
      if (fault === 'db_aborted' || fault === 'db_deadline_before') throw unavailable('Not committed, it may seem');
      if (fault === 'db_tried_again') await this.#try(decide, true);
      const result = await this.#try(decide, false);
      if (fault === 'db_reply_lost') throw unavailable('The reply was lost');
      return fault === 'db_run_again' ? this.#try(decide, false) : result;
    });
  }

  async #try<T>(decide: (tx: Transaction) => Promise<T>, dropped: boolean): Promise<T> {
    const { committed, deps } = this.#world;
    let writes: Write[] = [];
    let result: { readonly value: T } | null = null;
    try {
      await deps.db.transaction(async (tx) => {
        writes = [];
        result = { value: await decide(this.#within(tx, writes)) };
        this.#assertAlive();
        if (dropped) throw new TryAgain('dropped');
        tx.write(...writes);
      });
    } catch (error) {
      if (!(error instanceof TryAgain)) throw error;
    }
    if (!dropped && writes.length > 0) committed(this, writes);
    if (result === null) throw new Error('a transaction runs its function');
    return (result as { readonly value: T }).value;
  }

  /** Its writes are handed over at the end, as the database's own client does it. */
  #within(tx: Transaction, writes: Write[]): Transaction {
    return {
      get: (path) => this.#read(`get ${path} within`, () => tx.get(path)),
      getAll: (paths) => this.#read(`get ${paths[0]} within`, () => tx.getAll(paths)),
      query: (query) => this.#read(`query ${query.collection} within`, () => tx.query(query)),
      write: (...more) => void writes.push(...more),
    };
  }
}

function unavailable(message: string): AppError {
  return new AppError('unavailable', message, { retryable: true });
}

/** The first document that is not an inbox's, without the organization. */
export function nameOf(writes: readonly Write[]): string {
  const telling = writes.find((write) => !write.path.includes('/streams/')) ?? writes[0];
  return `${telling?.op ?? ''} ${telling?.path.split('/').slice(2).join('/') ?? ''}`;
}
