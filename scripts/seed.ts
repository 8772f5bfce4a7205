import { derivedId } from '@countersign/domain/hash';
import type { Role } from '@countersign/domain/schemas/common';
import { getAuth } from 'firebase-admin/auth';
import { openConnectedAccounts } from '../functions/src/commands/open-connected-accounts.ts';
import { runCommand } from '../functions/src/commands/run-command.ts';
import type { Deps } from '../functions/src/engine/deps.ts';
import { drainStream, sealStream } from '../functions/src/streams/index.ts';
import { runtime } from '../functions/src/runtime.ts';
import { foundOrganization } from './organization/found.ts';
import { updateOrganization } from './organization/update.ts';
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
  { email: 'dora@northwind.example', password: PASSWORD, name: 'Dora Developer', roles: ['developer', 'admin'] },
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
  await foundOrganization(deps, {
    id: DEMO_ORGANIZATION,
    name: 'Northwind Marketplace',
    baseCurrency: 'USD',
    timeZone: 'Europe/Berlin',
    members: DEMO_ACCOUNTS.map(({ email, name, roles }) => ({ uid: uids.get(email) ?? '', email, name, roles })),
  });
  log(`organization ${DEMO_ORGANIZATION} with ${DEMO_ACCOUNTS.length} members`);
  const connected = env['SEED_CONNECTED_ACCOUNTS'] === 'no' ? [] : await readLocalAccounts(env['STRIPE_API_BASE']);
  await openConnected(deps, uids.get('ada@northwind.example') ?? '', connected);
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

/** Bring an organization of an earlier start up to what is built now. @returns sentences for people */
export async function update(env: Record<string, string>, organizationId: string): Promise<readonly string[]> {
  Object.assign(process.env, env);
  return updateOrganization(runtime(), organizationId);
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

async function openConnected(deps: Deps, adminUid: string, connected: readonly string[]): Promise<void> {
  for (let start = 0; start < connected.length; start += ACCOUNTS_A_CALL) {
    const accounts = connected.slice(start, start + ACCOUNTS_A_CALL);
    const input = { orgId: DEMO_ORGANIZATION, idempotencyKey: `seed-accounts-${start}`, accounts };
    await runCommand(deps, openConnectedAccounts, { uid: adminUid }, input);
  }
}
