import type { Performed } from '../../../functions/src/effects/payment-provider.ts';
import type { Deps } from '../../../functions/src/engine/deps.ts';
import type { Database, Stored, Transaction, Write } from '../../../functions/src/store/database.ts';
import type { SimProcess } from './sim-process.ts';

/** A mistake that the engine could make, put between it and the world: the simulation must find it. */
export interface Bug {
  readonly name: string;
  readonly what: string;
  /** A seed near which it is seen; the search for it begins here. */
  readonly near: number;
  readonly wrap: (deps: Deps, process: Pick<SimProcess, 'kind' | 'name'>) => Deps;
}

type Read = (stored: Stored | null) => Stored | null;

/** The same database, with its reads and writes changed on their way. */
function changedDatabase(
  db: Database,
  {
    read = (stored) => stored,
    write = (writes) => writes,
  }: { read?: Read; write?: (writes: readonly Write[]) => Write[] | readonly Write[] },
): Database {
  const reader = (
    from: Pick<Transaction, 'get' | 'getAll' | 'query'>,
  ): Pick<Transaction, 'get' | 'getAll' | 'query'> => ({
    get: async (path) => read(await from.get(path)),
    getAll: async (paths) => (await from.getAll(paths)).map(read),
    query: async (query) => (await from.query(query)).flatMap((stored) => read(stored) ?? []),
  });
  return {
    ...db,
    ...reader(db),
    commit: async (writes) => {
      const changed = write(writes);
      const times = await db.commit(changed);
      return writes.map((one) => times[changed.indexOf(one)] ?? times[0] ?? '0.0');
    },
    transaction: (decide) =>
      db.transaction((tx) => decide({ ...reader(tx), write: (...writes) => tx.write(...write(writes)) })),
  };
}

function withDatabase(deps: Deps, db: Database): Deps {
  return { ...deps, db, streams: { ...deps.streams, db } };
}

const changing = (change: Parameters<typeof changedDatabase>[1]) => (deps: Deps) =>
  withDatabase(deps, changedDatabase(deps.db, change));

const paying =
  (change: (performed: Performed) => Performed) =>
  (deps: Deps): Deps => ({
    ...deps,
    provider: { ...deps.provider, pay: async (request) => change(await deps.provider.pay(request)) },
  });

const isAt = (path: string, ...names: readonly string[]): boolean => names.some((name) => path.includes(`/${name}/`));
/** Documents come as copies, but a wrong reading must not be shared all the same. */
const withData = (stored: Stored, fields: Record<string, unknown>): Stored => ({
  ...stored,
  data: { ...stored.data, ...fields },
});

/** Every worker believes that it still holds the lease that it took last. */
function unfenced(deps: Deps): Deps {
  const held = new Map<string, { token: unknown; lease: unknown }>();
  return withDatabase(
    deps,
    changedDatabase(deps.db, {
      read: (stored) => {
        const lease = stored === null ? undefined : held.get(stored.path);
        return stored === null || lease === undefined || stored.data['lease'] === null
          ? stored
          : withData(stored, lease);
      },
      write: (writes) => {
        for (const one of writes)
          if (one.op === 'update' && isAt(one.path, 'work') && one.data['token'] !== undefined)
            held.set(one.path, { token: one.data['token'], lease: one.data['lease'] });
        return writes;
      },
    }),
  );
}

export const bugs: readonly Bug[] = [
  { name: 'no-fence', what: 'a worker whose lease was taken over goes on', near: 34, wrap: unfenced },
  {
    name: 'random-key',
    what: 'an idempotency key is another one each time',
    near: 1,
    wrap: (deps) => ({
      ...deps,
      provider: {
        ...deps.provider,
        pay: (request) =>
          deps.provider.pay({
            ...request,
            ids: { ...request.ids, idempotencyKey: `${request.ids.idempotencyKey}-${deps.newId()}` },
          }),
      },
    }),
  },
  {
    name: 'no-claims',
    what: 'references are not claimed',
    near: 1,
    wrap: changing({ write: (writes) => writes.filter(({ path }) => !isAt(path, 'claims')) }),
  },
  {
    name: 'no-outcomes',
    what: "a page's outcomes are not stored",
    near: 1,
    wrap: changing({
      write: (writes) => writes.filter((one) => !(one.op === 'set' && isAt(one.path, 'outcomes'))),
    }),
  },
  {
    name: 'no-intents',
    what: "a page's intents are not stored before it is performed",
    near: 1,
    wrap: changing({
      write: (writes) => writes.filter((one) => !(one.op === 'create' && isAt(one.path, 'outcomes'))),
    }),
  },
  {
    name: 'doubt-is-failure',
    what: 'a payment without an answer counts as failed',
    near: 1,
    wrap: paying((performed) => (performed.status === 'unknown' ? { ...performed, status: 'failed' } : performed)),
  },
  {
    name: 'doubt-is-success',
    what: 'a payment without an answer counts as made',
    near: 1,
    wrap: paying((performed) =>
      performed.status === 'unknown' ? { status: 'succeeded', providerId: 'it-will-have-been' } : performed,
    ),
  },
  {
    name: 'no-journals',
    what: 'journals are not posted',
    near: 1,
    wrap: changing({
      write: (writes) =>
        writes.filter((one) => !(one.path.includes('/streams/ledger/inbox/settle-') && one.op === 'create')),
    }),
  },
  {
    name: 'no-audit',
    what: 'a commit goes without its audit event now and then',
    near: 1,
    wrap: changing({ write: (writes) => writes.filter(({ path }) => !path.includes('/streams/audit/inbox/settle-')) }),
  },
  {
    name: 'blind-head',
    what: "a stream's writer does not look whether the head has changed",
    near: 1,
    wrap: changing({
      write: (writes) =>
        writes.map((one) => {
          if (one.op !== 'set' || !/\/streams\/[a-z]+$/.test(one.path)) return one;
          const { ifUpdateTime: _, ...blind } = one;
          return blind;
        }),
    }),
  },
  {
    name: 'any-role',
    what: 'every member counts as an approver',
    near: 1,
    wrap: changing({
      read: (stored) =>
        stored !== null && isAt(stored.path, 'members')
          ? withData(stored, { roles: ['operator', 'approver', 'executive', 'admin'], active: true })
          : stored,
    }),
  },
  {
    name: 'own-approval',
    what: 'who asked may sign',
    near: 25,
    wrap: changing({
      read: (stored) =>
        stored !== null && /\/executions\/[^/]+$/.test(stored.path) && stored.data['state'] === 'awaiting_approval'
          ? withData(stored, { requestedBy: 'somebody' })
          : stored,
    }),
  },
  {
    name: 'deaf-to-stop',
    what: 'the organization-wide stop is not looked at',
    near: 207,
    wrap: changing({
      read: (stored) =>
        stored !== null && /^orgs\/[^/]+$/.test(stored.path)
          ? withData(stored, { stop: { active: false, reason: '', uid: null, at: null } })
          : stored,
    }),
  },
  {
    name: 'blind-to-bank',
    what: 'a changed bank account is not seen',
    near: 18,
    wrap: (deps) => ({
      ...deps,
      provider: {
        ...deps.provider,
        readAccounts: async (ids) =>
          new Map(
            [...(await deps.provider.readAccounts(ids))].map(([id, account]) => [
              id,
              'missing' in account || account.destinations === 'hidden'
                ? account
                : { ...account, destinations: account.destinations.map((bank) => ({ ...bank, last4: '6789' })) },
            ]),
          ),
      },
    }),
  },
  {
    name: 'find-finds-nothing',
    what: 'the provider is never really asked',
    near: 1,
    wrap: (deps) => ({ ...deps, provider: { ...deps.provider, find: async () => null } }),
  },
  {
    name: 'calls-again',
    what: 'a call that can be made once only is made again when in doubt',
    near: 143,
    wrap: (deps) => ({
      ...deps,
      http: async (request) => {
        const first = await deps.http(request);
        return first.status === 'unknown' ? deps.http(request) : first;
      },
    }),
  },
  {
    name: 'dirty-transaction',
    what: 'a transaction commits although what it read has changed',
    near: 1,
    wrap: (deps) =>
      withDatabase(deps, {
        ...deps.db,
        transaction: async (decide) => {
          const writes: Write[] = [];
          const { db } = deps;
          const result = await decide({
            get: (path) => db.get(path),
            getAll: (paths) => db.getAll(paths),
            query: (query) => db.query(query),
            write: (...more) => void writes.push(...more),
          });
          await db.commit(writes);
          return result;
        },
      }),
  },
  {
    name: 'forgets-work',
    what: 'a worker that fails leaves its work with nobody to find it',
    near: 12,
    wrap: changing({
      write: (writes) =>
        writes.map((one) =>
          one.op === 'update' && isAt(one.path, 'work') && one.data['lease'] != null
            ? { ...one, data: { ...one.data, nextAt: null } }
            : one,
        ),
    }),
  },
  {
    name: 'forgets-arrived',
    what: 'a payout that has arrived is not asked about any more',
    near: 27,
    wrap: (deps) => ({
      ...deps,
      provider: {
        ...deps.provider,
        retrieve: async (request) => {
          const now = await deps.provider.retrieve(request);
          return now?.state === 'returned' ? { ...now, state: 'settled' } : now;
        },
      },
    }),
  },
  {
    name: 'resume-forgets',
    what: 'a resume does not look at what the runs before it have done',
    near: 25,
    wrap: changing({
      read: (stored) =>
        stored !== null && isAt(stored.path, 'lineages')
          ? withData(stored, { members: (stored.data['members'] as string[]).slice(-1) })
          : stored,
    }),
  },
  {
    name: 'one-by-one',
    what: 'each missed time of a schedule becomes a run of its own',
    near: 10,
    wrap: changing({
      write: (writes) => {
        const run = writes.find((one) => one.op !== 'delete' && /\/executions\/[^/]+$/.test(one.path));
        if (run === undefined || run.op === 'delete') return writes;
        const { dueAt } = run.data['origin'] as Origin;
        if (dueAt === null) return writes;
        const next = new Date(Date.parse(dueAt) + 300_000).toISOString();
        return writes.map((one) =>
          one.op !== 'delete' && isAt(one.path, 'schedules')
            ? { ...one, data: { ...one.data, lastDueAt: dueAt, nextAt: next } }
            : one,
        );
      },
    }),
  },
  {
    name: 'no-schedules',
    what: 'the tick does not look for schedules that are due',
    near: 10,
    wrap: (deps, { kind }) =>
      kind !== 'tick'
        ? deps
        : changing({ read: (stored) => (stored !== null && isAt(stored.path, 'schedules') ? null : stored) })(deps),
  },
  {
    name: 'settles-alone',
    what: 'who proposes what became of something may decide it',
    near: 16,
    wrap: changing({
      read: (stored) =>
        stored !== null && isAt(stored.path, 'unknownProposals')
          ? withData(stored, { proposedBy: 'somebody' })
          : stored,
    }),
  },
  {
    name: 'people-before-provider',
    what: 'what two people say goes before what the provider says',
    near: 114,
    wrap: (deps, { kind }) =>
      kind !== 'command' ? deps : { ...deps, provider: { ...deps.provider, find: async () => null } },
  },
  {
    name: 'torn-draft',
    what: 'a file is published of which only a part was stored',
    near: 3,
    wrap: (deps) => ({
      ...deps,
      objects: {
        ...deps.objects,
        writer: (path, type) => {
          const writer = deps.objects.writer(path, type);
          return { ...writer, write: (bytes) => writer.write(bytes.subarray(0, 8)) };
        },
      },
    }),
  },
  {
    name: 'forgets-restore',
    what: 'the provider is not asked for what a restored database has forgotten',
    near: 751,
    wrap: (deps, { kind }) =>
      kind !== 'worker'
        ? deps
        : {
            ...changing({
              read: (stored) => {
                const restored = stored === null || stored.path.split('/').length > 2 ? null : stored.data['restored'];
                const lostSince = '2100-01-01T00:00:00.000Z';
                return restored == null || stored === null
                  ? stored
                  : withData(stored, { restored: { ...restored, lostSince } });
              },
            })(deps),
          },
  },
  {
    name: 'any-database',
    what: 'nobody looks whether the database is the one that was vouched for',
    near: 1111,
    wrap: (deps, { kind }) =>
      kind !== 'worker'
        ? deps
        : { ...deps, streams: { ...deps.streams, publisher: { ...deps.streams.publisher, latest: async () => null } } },
  },
  {
    name: 'always-open',
    what: 'the ledger does not see that a period is closed',
    near: 2,
    wrap: changing({
      read: (stored) =>
        stored !== null && isAt(stored.path, 'periods') && stored.data['state'] !== 'open'
          ? withData(stored, { state: 'open' })
          : stored,
    }),
  },
];

interface Origin {
  readonly kind: string;
  readonly dueAt: string | null;
}
