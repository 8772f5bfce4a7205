import { memberCommitment } from '@countersign/domain/audit/event';
import type { Role } from '@countersign/domain/schemas/common';
import type { Account } from '@countersign/domain/schemas/account';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import type { Policy } from '@countersign/domain/schemas/policy';
import { refs } from '../../refs.ts';
import { drainStream } from '../../streams/index.ts';
import { ChangeSet } from '../change-set.ts';
import type { Deps } from '../deps.ts';
import { installCatalogue } from '../install-catalogue.ts';

export interface Founding {
  readonly members: Readonly<Record<string, readonly Role[]>>;
  /** Members who have left. */
  readonly inactive?: readonly string[];
  readonly levels: Policy['rules'][number]['levels'];
  readonly allowedHosts?: readonly string[];
  /** Accounts beyond the chart that payouts need. */
  readonly accounts?: readonly Pick<Account, 'id' | 'type' | 'parentId' | 'postable'>[];
}

/** An organization with members, an active policy for all money, a chart of accounts and the deployed plugins. */
export async function foundOrganization(deps: Deps, orgId: string, founding: Founding): Promise<void> {
  const createdAt = deps.streams.now().toISOString();
  const change = new ChangeSet(orgId, 'found', { kind: 'system', part: 'seed' }, createdAt);
  change.create(refs.organization(orgId), {
    name: orgId,
    baseCurrency: 'USD',
    timeZone: 'UTC',
    provider: await deps.provider.identity(),
    allowedHosts: [...(founding.allowedHosts ?? [])],
    restored: null,
    stop: { active: false, reason: '', uid: null, at: null },
    createdAt,
  });
  for (const [uid, roles] of Object.entries(founding.members)) {
    const [name, email, salt] = [`Name of ${uid}`, `${uid}@example.com`, `salt of ${uid}`];
    change.create(refs.member(orgId, uid), {
      uid,
      name,
      email,
      salt,
      commitment: memberCommitment(salt, { name, email }),
      roles: [...roles],
      active: founding.inactive?.includes(uid) !== true,
      payeeAccounts: [],
      createdAt,
    });
  }
  change.create(refs.policy(orgId, 'payments'), {
    id: 'payments',
    name: 'Payments',
    active: true,
    expiryHours: 72,
    createdAt,
    rules: [{ name: 'All money', when: {}, levels: founding.levels }],
  });
  change.post(...[...CHART, ...(founding.accounts ?? [])].map(openAccount));
  await deps.db.commit(change.toWrites('organization.created'));
  await drainStream(deps.streams, orgId, 'ledger');
  await installCatalogue(deps, orgId, { kind: 'system', part: 'seed' });
}

const CHART = [
  { id: 'assets', type: 'asset', parentId: null, postable: false },
  { id: 'stripe-balance', type: 'asset', parentId: 'assets', postable: false },
  { id: 'liabilities', type: 'liability', parentId: null, postable: false },
  { id: 'seller-payable', type: 'liability', parentId: 'liabilities', postable: false },
] as const;

export function openAccount(account: Pick<Account, 'id' | 'type' | 'parentId' | 'postable'>): LedgerIntent {
  return {
    type: 'open_account',
    id: `open-${account.id}`,
    account: { ...account, name: account.id, closed: false, mirrors: null },
  };
}
