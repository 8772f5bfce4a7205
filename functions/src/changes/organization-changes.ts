import { AppError } from '@countersign/domain/errors';
import { inWords } from '@countersign/domain/plan/sentence';
import type { Organization } from '@countersign/domain/schemas/organization';
import * as z from 'zod';
import { refs } from '../refs.ts';
import { read, type Transaction } from '../store/database.ts';
import type { ChangeDefinition } from './change-kind.ts';

export async function organizationOf(tx: Pick<Transaction, 'get' | 'getAll'>, orgId: string): Promise<Organization> {
  const organization = await read(tx, refs.organization(orgId));
  if (organization === null) throw new AppError('not_found', 'There is no such organization.');
  return organization;
}

const hostsShown = z.array(z.string());

/** Hosts that operations may call. Taking one away needs one person only. */
export const hostsSet: ChangeDefinition<'hosts.set'> = {
  kind: 'hosts.set',
  proposers: ['developer', 'admin'],
  deciders: ['treasurer', 'admin'],
  async base(tx, orgId, { allowedHosts }) {
    const organization = await organizationOf(tx, orgId);
    const added = allowedHosts.filter((host) => !organization.allowedHosts.includes(host));
    const removed = organization.allowedHosts.filter((host) => !allowedHosts.includes(host));
    const parts = [
      added.length > 0 ? `allows calls to ${inWords(added)}` : null,
      removed.length > 0 ? `forbids calls to ${inWords(removed)}` : null,
    ].filter((part) => part !== null);
    if (parts.length === 0) throw new AppError('invalid_argument', 'Exactly these hosts are allowed already.');
    return { version: organization.version, shown: organization.allowedHosts, title: `Hosts: ${inWords(parts)}` };
  },
  onePerson: (base, { allowedHosts }) => {
    const before = hostsShown.parse(base.shown);
    return allowedHosts.every((host) => before.includes(host));
  },
  async apply({ tx, orgId, change, set }) {
    set.change(refs.organization(orgId), await organizationOf(tx, orgId), { allowedHosts: change.allowedHosts });
  },
};

/** The Stripe account that the organization's payments go through. Plans for another one are drift from then on. */
export const connectorSet: ChangeDefinition<'connector.set'> = {
  kind: 'connector.set',
  proposers: ['admin'],
  deciders: ['treasurer', 'admin'],
  async base(tx, orgId, { account, mode }) {
    const { provider, version } = await organizationOf(tx, orgId);
    if (provider.account === account && provider.mode === mode)
      throw new AppError('invalid_argument', 'The organization is connected to this account already.');
    return {
      version,
      shown: provider,
      title: `Stripe: pays from ${account} (${mode}) instead of ${provider.account} (${provider.mode})`,
    };
  },
  async apply({ tx, orgId, change, set }) {
    const organization = await organizationOf(tx, orgId);
    set.change(refs.organization(orgId), organization, {
      provider: { connector: 'stripe', account: change.account, mode: change.mode },
    });
  },
};
