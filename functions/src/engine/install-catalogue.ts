import { AppError } from '@countersign/domain/errors';
import type { Actor } from '@countersign/domain/schemas/common';
import { NOT_PAUSED, type Manifest } from '@countersign/domain/schemas/plugin';
import { CAPABILITY_OF_KIND } from '@countersign/domain/plan/effect-checks';
import { MONEY_KINDS } from '@countersign/domain/plan/effect-facts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { BuiltPlugin } from './catalogue.ts';
import { ChangeSet } from './change-set.ts';
import type { Deps } from './deps.ts';

/**
 * Bring the plugins that were deployed into an organization's catalogue: a version once, its operation up to date.
 * @returns name and version of those that were not there with this code
 * @throws AppError `not_found` when there is no such organization
 */
export async function installCatalogue(deps: Deps, orgId: string, actor: Actor): Promise<readonly string[]> {
  if ((await read(deps.db, refs.organization(orgId))) === null)
    throw new AppError('not_found', `There is no organization ${orgId}`);
  const installed: string[] = [];
  for (const plugin of await deps.catalogue.list())
    if (await installPlugin(deps, orgId, plugin, actor))
      installed.push(`${plugin.manifest.name} ${plugin.manifest.version}`);
  return installed;
}

async function installPlugin(
  deps: Deps,
  orgId: string,
  { manifest, codeHash }: BuiltPlugin,
  actor: Actor,
): Promise<boolean> {
  const now = deps.now().toISOString();
  return deps.db.transaction(async (tx) => {
    const versionRef = refs.pluginVersion(orgId, manifest.name, manifest.version);
    const operationRef = refs.operation(orgId, manifest.name);
    const [version, operation] = [await read(tx, versionRef), await read(tx, operationRef)];
    const settled = operation !== null && (operation.pinned || operation.plugin.codeHash === codeHash);
    if (version?.codeHash === codeHash && settled) return false;
    const change = new ChangeSet(
      orgId,
      `install-${manifest.name}-${codeHash.slice(0, 32)}-${(operation?.version ?? 0) + 1}`,
      actor,
      now,
    );
    if (version === null)
      change.create(versionRef, { manifest, codeHash, status: 'active', upload: null, createdAt: now });
    else change.change(versionRef, version, { manifest, codeHash });
    const fields = operationFields(manifest, codeHash);
    if (operation === null)
      change.create(operationRef, {
        id: manifest.name,
        active: true,
        pinned: false,
        paused: NOT_PAUSED,
        maxRunning: 1,
        ...fields,
      });
    else if (!operation.pinned) change.change(operationRef, operation, fields);
    tx.write(
      ...change.toWrites('plugin.installed', { data: { plugin: manifest.name, version: manifest.version, codeHash } }),
    );
    return true;
  });
}

/** What an operation takes over from the version that it runs. */
export function operationFields(manifest: Manifest, codeHash: string) {
  const moveMoney = MONEY_KINDS.some((kind) => manifest.capabilities.includes(CAPABILITY_OF_KIND[kind]));
  const writeLedger = manifest.capabilities.includes('ledger.post');
  return {
    title: manifest.title,
    description: manifest.description,
    category: manifest.category,
    riskLevel: manifest.riskLevel,
    can: { moveMoney, writeLedger, readOnly: !moveMoney && !writeLedger },
    plugin: { name: manifest.name, version: manifest.version, codeHash },
    parameters: manifest.parameters,
  };
}
