import type { Deps } from '../deps.ts';

/** The end of a worker's process. No code may answer it: after it, nothing that this worker asks for happens. */
export class Died extends Error {
  override name = 'Died';
}

/**
 * How long a worker lives, counted in what it does to the world: a commit, a transaction, a call to the provider or to
 * the object store are two moments each, one just before it happens and one just after.
 */
export class Life {
  readonly #diesAt: number;
  #moments = 0;
  #dead = false;

  /** @param diesAt the moment of death, from 1; infinite for a worker that lives on and is only counted */
  constructor(diesAt: number = Number.POSITIVE_INFINITY) {
    this.#diesAt = diesAt;
  }

  get moments(): number {
    return this.#moments;
  }

  get over(): boolean {
    return this.#dead;
  }

  async step<T>(act: () => Promise<T>): Promise<T> {
    this.#moment();
    const result = await act();
    this.#moment();
    return result;
  }

  /** What changes nothing is no moment, but the dead don't read either. */
  async look<T>(act: () => Promise<T>): Promise<T> {
    this.#assertAlive();
    const result = await act();
    this.#assertAlive();
    return result;
  }

  #moment(): void {
    this.#assertAlive();
    this.#moments += 1;
    if (this.#moments === this.#diesAt) this.#dead = true;
    this.#assertAlive();
  }

  #assertAlive(): void {
    if (this.#dead) throw new Died('This worker died');
  }
}

/** The same world in the hands of one worker, in a process of its own, which ends when its life does. */
export function mortal(deps: Deps, life: Life): Deps {
  const { db, provider, objects } = deps;
  const mortalDb: Deps['db'] = {
    get: (path) => life.look(() => db.get(path)),
    getAll: (paths) => life.look(() => db.getAll(paths)),
    query: (query) => life.look(() => db.query(query)),
    commit: (writes) => life.step(() => db.commit(writes)),
    // The worker may be gone just before the database commits, too.
    transaction: (decide) => life.step(() => db.transaction(async (tx) => life.look(() => decide(tx)))),
  };
  return {
    ...deps,
    db: mortalDb,
    streams: { ...deps.streams, db: mortalDb },
    provider: {
      identity: () => life.look(() => provider.identity()),
      readAccounts: (accounts) => life.step(() => provider.readAccounts(accounts)),
      readPlatformBalance: () => life.look(() => provider.readPlatformBalance()),
      pay: (request) => life.step(() => provider.pay(request)),
      find: (request) => life.step(() => provider.find(request)),
      retrieve: (request) => life.step(() => provider.retrieve(request)),
    },
    objects: {
      read: (path, generation) => life.look(() => objects.read(path, generation)),
      stream: (path, generation) => objects.stream(path, generation),
      write: (path, bytes, type) => life.step(() => objects.write(path, bytes, type)),
      list: (prefix, limit) => life.look(() => objects.list(prefix, limit)),
      remove: (path, generation) => life.step(() => objects.remove(path, generation)),
      writer: (path, type) => {
        const writer = objects.writer(path, type);
        return {
          write: (bytes) => life.look(() => writer.write(bytes)),
          close: () => life.step(() => writer.close()),
          abort: () => writer.abort(),
        };
      },
    },
    wake: (orgId, workId) => life.step(() => deps.wake(orgId, workId)),
  };
}
