import { memberCommitment } from '@countersign/domain/audit/event';
import { AppError } from '@countersign/domain/errors';
import { derivedId } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import type { Role } from '@countersign/domain/schemas/common';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import { randomBytes } from 'node:crypto';
import { ChangeSet } from '../../functions/src/engine/change-set.ts';
import type { Deps } from '../../functions/src/engine/deps.ts';
import { installCatalogue } from '../../functions/src/engine/install-catalogue.ts';
import { refs } from '../../functions/src/refs.ts';
import { drainStream } from '../../functions/src/streams/index.ts';
import { CHART } from './chart.ts';

export interface NewOrganization {
  readonly id: string;
  readonly name: string;
  readonly baseCurrency: string;
  readonly timeZone: string;
  readonly members: readonly {
    readonly uid: string;
    readonly name: string;
    readonly email: string;
    readonly roles: readonly Role[];
  }[];
}

const SEED_ACTOR = { kind: 'system', part: 'seed' } as const;

/**
 * Found an organization: its document, members, policy, chart of accounts and catalogue, each with its audit event.
 * Fails with `already_exists` when it is there; nothing of it is changed then.
 */
export async function foundOrganization(deps: Deps, organization: NewOrganization): Promise<void> {
  const { id: orgId, name, baseCurrency, timeZone, members } = organization;
  if ((await deps.db.get(paths.organization(orgId))) !== null)
    throw new AppError('already_exists', `Organization ${orgId} already exists`);
  const now = deps.now().toISOString();
  const change = new ChangeSet(orgId, 'seed-organization', SEED_ACTOR, now);
  change.create(refs.organization(orgId), {
    name,
    baseCurrency,
    timeZone,
    provider: await deps.provider.identity(),
    allowedHosts: [],
    restored: null,
    stop: { active: false, reason: '', uid: null, at: null },
    createdAt: now,
  });
  for (const { uid, name: person, email, roles } of members) {
    const salt = randomBytes(16).toString('hex');
    const commitment = memberCommitment(salt, { name: person, email });
    const member = { uid, name: person, email, salt, commitment, roles: [...roles], active: true, createdAt: now };
    change.create(refs.member(orgId, uid), { ...member, payeeAccounts: [] });
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
      {
        name: 'Journals that people book need one approver',
        when: { categories: ['ledger'] },
        levels: [{ role: 'approver', people: 1 }],
      },
    ],
  });
  await deps.db.commit(change.toWrites('organization.created', { data: { members: String(members.length) } }));
  await openChart(deps, orgId);
  await installCatalogue(deps, orgId, SEED_ACTOR);
}

async function openChart(deps: Deps, orgId: string): Promise<void> {
  const change = new ChangeSet(orgId, 'seed-chart', SEED_ACTOR, deps.now().toISOString());
  change.post(
    ...CHART.map((account): LedgerIntent => ({
      type: 'open_account',
      id: derivedId('open-account', orgId, account.id),
      account: { ...account, closed: false, mirrors: null },
    })),
  );
  await deps.db.commit(change.toWrites('accounts.opened', { data: { opened: String(CHART.length) } }));
  await drainStream(deps.streams, orgId, 'ledger');
}
