import { memorySecrets } from '../../functions/src/engine/testing/memory-secrets.ts';
import { AppError } from '@countersign/domain/errors';
import { derivedId } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import { claimId } from '@countersign/domain/plan/effect-checks';
import { normalizeReference } from '@countersign/domain/plan/reference';
import type { Claim } from '@countersign/domain/schemas/effect';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import { openConnectedAccounts } from '../../functions/src/commands/open-connected-accounts.ts';
import { runCommand } from '../../functions/src/commands/run-command.ts';
import type { AccountSnapshot, MissingAccount, PaymentProvider } from '../../functions/src/effects/payment-provider.ts';
import { ChangeSet } from '../../functions/src/engine/change-set.ts';
import type { BuiltPlugin } from '../../functions/src/engine/catalogue.ts';
import type { Deps } from '../../functions/src/engine/deps.ts';
import { memoryObjects, type MemoryObjects } from '../../functions/src/engine/testing/memory-objects.ts';
import { silenceLog } from '../../functions/src/engine/testing/settings.ts';
import { runPlugin } from '../../functions/src/sandbox/index.ts';
import type { Write } from '../../functions/src/store/database.ts';
import { memoryDatabase } from '../../functions/src/store/memory-database.ts';
import { drainStream } from '../../functions/src/streams/index.ts';
import { testWorld } from '../../functions/src/streams/test-kit.ts';
import { foundOrganization } from '../organization/found.ts';
import type { PlanWorld, WorldAccount } from './world.ts';

export const ORG = 'offline';
export const AUTHOR = 'author';
const ACCOUNTS_A_CALL = 100;
const CLAIMS_A_COMMIT = 400;

export interface OfflinePlatform {
  readonly deps: Deps & { readonly objects: MemoryObjects };
  readonly db: ReturnType<typeof memoryDatabase>;
}

/**
 * The platform in this process: the engine's own code with the real sandbox, over a store in memory, with one
 * organization that has this one plugin, and a world that stands still. Nothing outside is read or written.
 */
export async function offlinePlatform(plugin: BuiltPlugin, world: PlanWorld, now: Date): Promise<OfflinePlatform> {
  silenceLog();
  const db = memoryDatabase();
  let ids = 0;
  const deps = {
    db,
    objects: memoryObjects(),
    streams: testWorld(db, now.toISOString()),
    catalogue: { list: async () => [plugin], find: async () => plugin },
    provider: providerOf(world.accounts),
    http: nothingLeaves,
    secrets: memorySecrets(),
    runPlugin,
    now: () => now,
    newId: () => derivedId('offline-id', String((ids += 1))),
    wake: async () => undefined,
  };
  await foundOrganization(deps, {
    id: ORG,
    name: 'Offline',
    baseCurrency: world.baseCurrency,
    timeZone: world.timeZone,
    members: [{ uid: AUTHOR, roles: ['operator', 'admin'] as const }, ...world.members].map(({ uid, roles }) => ({
      uid,
      name: uid,
      email: `${uid}@offline.example`,
      roles,
    })),
  });
  await fillOrganization(deps, world, now);
  await fillLedger(deps, world);
  await openAccounts(deps, world.accounts);
  await takeClaims(deps, world.claims);
  return { deps, db };
}

async function fillOrganization({ db }: Deps, world: PlanWorld, now: Date): Promise<void> {
  const at = now.toISOString();
  await db.commit([
    { op: 'update', path: paths.organization(ORG), data: { allowedHosts: [...world.allowedHosts] } },
    ...world.recordTypes.map((type): Write => ({
      op: 'set',
      path: paths.recordType(ORG, type.type),
      data: { ...type, createdAt: at, version: 1 },
    })),
    ...world.records.map(({ type, id, fields, version }): Write => ({
      op: 'set',
      path: paths.record(ORG, type, id),
      data: { type, id, fields: JSON.stringify(fields), executionId: null, updatedAt: at, version },
    })),
  ]);
}

async function fillLedger(deps: Deps, { ledgerAccounts: accounts, journals }: PlanWorld): Promise<void> {
  if (accounts.length === 0 && journals.length === 0) return;
  const change = new ChangeSet(ORG, 'offline-ledger', { kind: 'system', part: 'seed' }, deps.now().toISOString());
  change.post(
    ...accounts.map((account): LedgerIntent => ({
      type: 'open_account',
      id: derivedId('open-account', ORG, account.id),
      account: { ...account, closed: false, mirrors: null },
    })),
    ...journals.map((journal, at): LedgerIntent => ({
      type: 'record',
      id: derivedId('offline-journal', String(at)),
      state: 'posted',
      journal,
      source: { executionId: null, effectId: null, kind: 'offline' },
    })),
  );
  await deps.db.commit(change.toWrites('accounts.opened', { data: { opened: String(accounts.length) } }));
  const { decided } = await drainStream(deps.streams, ORG, 'ledger');
  const [first] = [...decided.values()].flat();
  if (first !== undefined) throw new AppError('invalid_argument', `The world's ledger: ${first.message}`);
}

async function openAccounts(deps: Deps, accounts: readonly WorldAccount[]): Promise<void> {
  const ids = accounts.filter((account) => account.inLedger).map((account) => account.id);
  for (let start = 0; start < ids.length; start += ACCOUNTS_A_CALL) {
    const input = {
      orgId: ORG,
      idempotencyKey: `offline-accounts-${start}`,
      accounts: ids.slice(start, start + ACCOUNTS_A_CALL),
    };
    await runCommand(deps, openConnectedAccounts, { uid: AUTHOR }, input);
  }
  await drainStream(deps.streams, ORG, 'ledger');
}

async function takeClaims(deps: Deps, claims: PlanWorld['claims']): Promise<void> {
  const all = [...claims].map(([reference, { executionId, at }]) => ({
    op: 'set' as const,
    path: paths.claim(ORG, claimId('payout', reference)),
    data: {
      kind: 'payout',
      reference,
      normalized: normalizeReference(reference),
      executionId,
      effectId: derivedId('offline-effect', reference),
      attempt: 1,
      askSince: null,
      takenAt: at,
    } satisfies Claim,
  }));
  for (let start = 0; start < all.length; start += CLAIMS_A_COMMIT)
    await deps.db.commit(all.slice(start, start + CLAIMS_A_COMMIT));
}

/** Stripe as the world file has it. There is nothing to pay with. */
function providerOf(accounts: readonly WorldAccount[]): PaymentProvider {
  const known = new Map(accounts.map((account) => [account.id, snapshotOf(account)]));
  return {
    identity: async () => ({ connector: 'stripe', account: 'acct_offline', mode: 'test' }),
    readAccounts: async (ids) =>
      new Map(ids.map((id): [string, AccountSnapshot | MissingAccount] => [id, known.get(id) ?? missing(id)])),
    readPlatformBalance: async () => [],
    pay: nothingLeaves,
    find: nothingLeaves,
    retrieve: nothingLeaves,
  };
}

function snapshotOf({ id, businessName, payoutsEnabled, destinations, available }: WorldAccount): AccountSnapshot {
  return { id, businessName, payoutsEnabled, destinations, available };
}

const nothingLeaves = async (): Promise<never> => {
  throw new AppError('internal', 'An offline plan sends nothing');
};

function missing(id: string): MissingAccount {
  return { missing: true, code: 'account_unknown', message: `Stripe has no connected account ${id}` };
}
