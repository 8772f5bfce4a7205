import { createPrivateKey } from 'node:crypto';
import { paths } from '@countersign/domain/paths';
import type { Role } from '@countersign/domain/schemas/common';
import { commands } from '../../../functions/src/commands/index.ts';
import { runCommand, type Command } from '../../../functions/src/commands/run-command.ts';
import { ChangeSet } from '../../../functions/src/engine/change-set.ts';
import type { Deps } from '../../../functions/src/engine/deps.ts';
import { foundOrganization } from '../../../functions/src/engine/testing/found-organization.ts';
import { refs } from '../../../functions/src/refs.ts';
import { drainStream } from '../../../functions/src/streams/index.ts';
import { RECEIVER_HOST } from './sim-receiver.ts';
import type { SimStripe } from './sim-stripe.ts';

/** `otto` may ask and sign, `ina` has left, `vera` only looks on. */
export const MEMBERS: Readonly<Record<string, readonly Role[]>> = {
  olivia: ['operator'],
  otto: ['operator', 'approver'],
  amir: ['approver'],
  bea: ['approver', 'treasurer'],
  edith: ['executive'],
  ada: ['admin'],
  vera: ['viewer'],
  ina: ['operator', 'approver', 'executive', 'admin'],
};
/** Those who can sign something. */
export const SIGNERS = ['otto', 'amir', 'bea', 'edith'] as const;

export const ACCOUNTS = ['acct_Alpha', 'acct_Bravo', 'acct_Charlie', 'acct_Hidden'] as const;
export const LATE_ACCOUNT = 'opened-later';
export const RECORD_TYPE = 'rate';

/** The same key in all worlds and processes, so that a seed leaves the same documents: PKCS #8 around 32 fixed bytes. */
const PKCS8_ED25519 = '302e020100300506032b657004220420';
export const CHECKPOINT_KEY = createPrivateKey({
  key: Buffer.concat([Buffer.from(PKCS8_ED25519, 'hex'), Buffer.alloc(32, 'simulated')]),
  format: 'der',
  type: 'pkcs8',
}).export({ type: 'pkcs8', format: 'pem' }) as string;

export function openAccounts(stripe: SimStripe): void {
  stripe.open('acct_Alpha', { USD: 500_000n, EUR: 100_000n });
  stripe.open('acct_Bravo', { USD: 300_000n, JPY: 900_000n });
  stripe.open('acct_Charlie', { KWD: 5_000_000n });
  stripe.open('acct_Hidden', { USD: 200_000n }, true);
  stripe.platform.set('USD', PLATFORM_USD);
}

export const PLATFORM_USD = 400_000n;

/** An organization that has everything that the workloads need, before anything goes wrong. */
export async function found(deps: Deps, orgId: string): Promise<void> {
  await foundOrganization(deps, orgId, {
    members: MEMBERS,
    inactive: ['ina'],
    levels: [{ role: 'approver', people: 1 }],
    allowedHosts: [RECEIVER_HOST],
    accounts: [
      { id: 'stripe-balance.platform', type: 'asset', parentId: 'stripe-balance', postable: true },
      { id: 'cash', type: 'asset', parentId: 'assets', postable: true },
      { id: 'owed', type: 'liability', parentId: 'liabilities', postable: true },
    ],
  });
  const now = deps.now().toISOString();
  const change = new ChangeSet(orgId, 'found-more', { kind: 'system', part: 'seed' }, now);
  change.create(refs.recordType(orgId, RECORD_TYPE), {
    type: RECORD_TYPE,
    title: 'Rate',
    fields: [{ name: 'value', type: 'string', required: true }],
    createdAt: now,
  });
  change.post({
    type: 'record',
    id: 'platform-opening',
    state: 'posted',
    journal: {
      memo: 'Opening balance of the platform',
      effectiveDay: null,
      entries: [
        { accountId: 'stripe-balance.platform', side: 'debit', amountMinor: PLATFORM_USD.toString(), currency: 'USD' },
        { accountId: 'owed', side: 'credit', amountMinor: PLATFORM_USD.toString(), currency: 'USD' },
      ],
    },
    source: { executionId: null, effectId: null, kind: 'opening-balance' },
  });
  await deps.db.commit(change.toWrites('organization.created'));
  await drainStream(deps.streams, orgId, 'ledger');
  const command = commands.openConnectedAccounts as unknown as Command<'openConnectedAccounts', unknown>;
  const input = { orgId, idempotencyKey: 'open-connected-accounts', accounts: [...ACCOUNTS] };
  await runCommand(deps, command, { uid: 'ada' }, input);
  if ((await deps.db.get(paths.balance(orgId, 'stripe-balance.acct_Alpha', 'USD'))) === null)
    throw new Error('the accounts were not opened');
}
