import { memberCommitment } from '@countersign/domain/audit/event';
import { derivedId } from '@countersign/domain/hash';
import type { Role } from '@countersign/domain/schemas/common';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger';
import { getAuth } from 'firebase-admin/auth';
import { randomBytes } from 'node:crypto';
import { openConnectedAccounts } from '../functions/src/commands/open-connected-accounts.ts';
import { runCommand } from '../functions/src/commands/run-command.ts';
import { ChangeSet } from '../functions/src/engine/change-set.ts';
import type { Deps } from '../functions/src/engine/deps.ts';
import { installCatalogue } from '../functions/src/engine/install-catalogue.ts';
import { refs } from '../functions/src/refs.ts';
import { drainStream, sealStream } from '../functions/src/streams/index.ts';
import { runtime } from '../functions/src/runtime.ts';
import { readLocalAccounts } from './local/stripe-accounts.ts';
import { sampleFiles } from './samples.ts';

export interface SeedAccount {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly roles: Role[];
}

export const DEMO_ORGANIZATION = 'northwind';
/** Only ever used on a machine of one's own: the Auth emulator knows no real account. */
const PASSWORD = 'countersign-demo';

export const DEMO_ACCOUNTS: readonly SeedAccount[] = [
  { email: 'olivia@northwind.example', password: PASSWORD, name: 'Olivia Operator', roles: ['operator'] },
  { email: 'amir@northwind.example', password: PASSWORD, name: 'Amir Approver', roles: ['approver'] },
  { email: 'bea@northwind.example', password: PASSWORD, name: 'Bea Approver', roles: ['approver', 'treasurer'] },
  { email: 'edith@northwind.example', password: PASSWORD, name: 'Edith Executive', roles: ['executive'] },
  { email: 'ada@northwind.example', password: PASSWORD, name: 'Ada Admin', roles: ['admin'] },
];

const ACCOUNTS_A_CALL = 100;

/** Fill an empty platform with the demo organization: members, chart of accounts, catalogue, policy, opening balances, samples. */
export async function seed(
  env: Record<string, string>,
  log: (line: string) => void,
): Promise<{ organizationId: string; accounts: SeedAccount[]; sampleFiles: string[] }> {
  Object.assign(process.env, env);
  const deps = runtime();
  const uids = await createSignIns();
  await createOrganization(deps, uids);
  log(`organization ${DEMO_ORGANIZATION} with ${DEMO_ACCOUNTS.length} members`);
  await installCatalogue(deps, DEMO_ORGANIZATION, { kind: 'system', part: 'seed' });
  const connected = await readLocalAccounts(process.env['STRIPE_API_BASE']);
  await openLedger(deps, uids.get('ada@northwind.example') ?? '', connected);
  log(`ledger with ${connected.length} connected accounts and their opening balances`);
  const samples = await sampleFiles();
  for (const stream of ['ledger', 'audit'] as const) {
    await drainStream(deps.streams, DEMO_ORGANIZATION, stream);
    await sealStream(deps.streams, DEMO_ORGANIZATION, stream, { force: true });
  }
  return {
    organizationId: DEMO_ORGANIZATION,
    accounts: DEMO_ACCOUNTS.map((account) => ({ ...account, roles: [...account.roles] })),
    sampleFiles: samples,
  };
}

async function createSignIns(): Promise<ReadonlyMap<string, string>> {
  const uids = new Map<string, string>();
  for (const { email, password, name } of DEMO_ACCOUNTS) {
    const uid = derivedId('demo-member', email).slice(0, 28);
    await getAuth().createUser({ uid, email, password, displayName: name, emailVerified: true });
    // A hint for the browser; the member's document is the truth.
    await getAuth().setCustomUserClaims(uid, { orgId: DEMO_ORGANIZATION });
    uids.set(email, uid);
  }
  return uids;
}

async function createOrganization(deps: Deps, uids: ReadonlyMap<string, string>): Promise<void> {
  const now = deps.now().toISOString();
  const orgId = DEMO_ORGANIZATION;
  const change = new ChangeSet(orgId, 'seed-organization', { kind: 'system', part: 'seed' }, now);
  change.create(refs.organization(orgId), {
    name: 'Northwind Marketplace',
    baseCurrency: 'USD',
    timeZone: 'Europe/Berlin',
    provider: await deps.provider.identity(),
    stop: { active: false, reason: '', uid: null, at: null },
    createdAt: now,
  });
  for (const { email, name, roles } of DEMO_ACCOUNTS) {
    const uid = uids.get(email) ?? '';
    const salt = randomBytes(16).toString('hex');
    change.create(refs.member(orgId, uid), {
      uid,
      name,
      email,
      salt,
      commitment: memberCommitment(salt, { name, email }),
      roles: [...roles],
      active: true,
      createdAt: now,
    });
  }
  change.create(refs.policy(orgId, 'payments'), {
    id: 'payments',
    name: 'Payments',
    active: true,
    expiryHours: 72,
    createdAt: now,
    rules: [
      {
        name: 'Money that moves needs one approver',
        when: { movesMoney: true },
        levels: [{ role: 'approver', people: 1 }],
      },
    ],
  });
  await deps.db.commit(change.toWrites('organization.created', { data: { members: String(DEMO_ACCOUNTS.length) } }));
}

type NewAccount = Extract<LedgerIntent, { type: 'open_account' }>['account'];

const CHART: readonly Pick<NewAccount, 'id' | 'name' | 'type' | 'parentId' | 'postable'>[] = [
  { id: 'assets', name: 'Assets', type: 'asset', parentId: null, postable: false },
  { id: 'bank', name: 'Bank accounts', type: 'asset', parentId: 'assets', postable: true },
  { id: 'stripe-balance', name: 'Stripe balances of sellers', type: 'asset', parentId: 'assets', postable: false },
  { id: 'liabilities', name: 'Liabilities', type: 'liability', parentId: null, postable: false },
  { id: 'seller-payable', name: 'Payable to sellers', type: 'liability', parentId: 'liabilities', postable: false },
  { id: 'suspense', name: 'Suspense', type: 'liability', parentId: 'liabilities', postable: true },
  { id: 'equity', name: 'Equity', type: 'equity', parentId: null, postable: false },
  { id: 'opening-balances', name: 'Opening balances', type: 'equity', parentId: 'equity', postable: true },
  { id: 'income', name: 'Income', type: 'income', parentId: null, postable: false },
  { id: 'fees-earned', name: 'Fees earned', type: 'income', parentId: 'income', postable: true },
  { id: 'expenses', name: 'Expenses', type: 'expense', parentId: null, postable: false },
  { id: 'processing-fees', name: 'Processing fees', type: 'expense', parentId: 'expenses', postable: true },
];

async function openLedger(deps: Deps, adminUid: string, connected: readonly string[]): Promise<void> {
  const orgId = DEMO_ORGANIZATION;
  const change = new ChangeSet(orgId, 'seed-chart', { kind: 'system', part: 'seed' }, deps.now().toISOString());
  change.post(
    ...CHART.map((account): LedgerIntent => ({
      type: 'open_account',
      id: derivedId('open-account', orgId, account.id),
      account: { ...account, closed: false, mirrors: null },
    })),
  );
  await deps.db.commit(change.toWrites('accounts.opened', { data: { opened: String(CHART.length) } }));
  await drainStream(deps.streams, orgId, 'ledger');
  for (let start = 0; start < connected.length; start += ACCOUNTS_A_CALL) {
    const accounts = connected.slice(start, start + ACCOUNTS_A_CALL);
    await runCommand(
      deps,
      openConnectedAccounts,
      { uid: adminUid },
      { orgId, idempotencyKey: `seed-accounts-${start}`, accounts },
    );
  }
}
