import { AppError } from '@countersign/domain/errors';
import type { PluginVersion } from '@countersign/domain/schemas/plugin';
import { operationFields } from '../engine/install-catalogue.ts';
import { refs } from '../refs.ts';
import { read, type Transaction } from '../store/database.ts';
import type { ChangeDefinition } from './change-kind.ts';

async function versionOf(
  tx: Pick<Transaction, 'get' | 'getAll'>,
  orgId: string,
  name: string,
  version: string,
): Promise<PluginVersion> {
  const found = await read(tx, refs.pluginVersion(orgId, name, version));
  if (found === null) throw new AppError('not_found', `There is no plugin ${name} ${version}.`);
  return found;
}

/** Lets an uploaded version run: its operation goes over to it, unless that is pinned. */
export const pluginActivate: ChangeDefinition<'plugin.activate'> = {
  kind: 'plugin.activate',
  proposers: ['developer', 'admin'],
  deciders: ['developer', 'treasurer', 'admin'],
  async base(tx, orgId, { name, version }) {
    const found = await versionOf(tx, orgId, name, version);
    if (found.status !== 'uploaded')
      throw new AppError('failed_precondition', `${name} ${version} is ${found.status} already.`);
    const operation = await read(tx, refs.operation(orgId, name));
    const from = operation === null ? '' : `, now ${operation.plugin.version}`;
    return {
      version: found.version,
      shown: {
        codeHash: found.codeHash,
        capabilities: found.manifest.capabilities,
        running: operation?.plugin ?? null,
      },
      title: `Activates plugin ${name} ${version}${operation?.pinned === true ? ', which its operation, being pinned, will not use' : from}`,
    };
  },
  async involved(tx, orgId, { name, version }) {
    const { upload } = await versionOf(tx, orgId, name, version);
    return upload === undefined || upload === null
      ? []
      : [{ uid: upload.uploadedBy, because: 'Nobody activates the code that they have uploaded.' }];
  },
  async apply({ tx, orgId, change: { name, version }, set }) {
    const found = await versionOf(tx, orgId, name, version);
    if (found.status !== 'uploaded')
      throw new AppError('failed_precondition', `${name} ${version} is ${found.status} already.`);
    const operationRef = refs.operation(orgId, name);
    const operation = await read(tx, operationRef);
    set.change(refs.pluginVersion(orgId, name, version), found, { status: 'active' });
    const fields = operationFields(found.manifest, found.codeHash);
    if (operation === null) set.create(operationRef, { id: name, active: true, pinned: false, ...fields } as never);
    else if (!operation.pinned) set.change(operationRef, operation, fields);
  },
};

/** Which version an operation runs, and whether it stays at it. */
export const operationPin: ChangeDefinition<'operation.pin'> = {
  kind: 'operation.pin',
  proposers: ['developer', 'admin'],
  deciders: ['developer', 'treasurer', 'admin'],
  async base(tx, orgId, { operationId, version, pinned }) {
    const operation = await read(tx, refs.operation(orgId, operationId));
    if (operation === null) throw new AppError('not_found', 'There is no such operation.');
    const found = await versionOf(tx, orgId, operation.plugin.name, version);
    if (found.status !== 'active')
      throw new AppError(
        'failed_precondition',
        `${operation.plugin.name} ${version} is ${found.status}; activate it first.`,
      );
    return {
      version: operation.version,
      shown: { version: operation.plugin.version, pinned: operation.pinned },
      title: `${operation.title}: runs version ${version}${pinned ? ' and stays at it' : ' and follows newer ones'}`,
    };
  },
  async apply({ tx, orgId, change: { operationId, version, pinned }, set }) {
    const ref = refs.operation(orgId, operationId);
    const operation = await read(tx, ref);
    if (operation === null) throw new AppError('not_found', 'There is no such operation.');
    const found = await versionOf(tx, orgId, operation.plugin.name, version);
    if (found.status !== 'active') throw new AppError('failed_precondition', `Version ${version} is ${found.status}.`);
    set.change(ref, operation, { ...operationFields(found.manifest, found.codeHash), pinned });
  },
};
