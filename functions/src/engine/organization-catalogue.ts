import { AppError, isAppError } from '@countersign/domain/errors';
import { sha256Hex } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import { pluginVersionSchema } from '@countersign/domain/schemas/plugin';
import type { Database } from '../store/database.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { BuiltPlugin, Catalogue } from './catalogue.ts';

/**
 * The deployed plugins, and those that an organization has uploaded. A version that was activated once is found by its
 * code for ever, also when it is retired: executions under way keep theirs.
 */
export function organizationCatalogue(deployed: Catalogue, db: Database, objects: ObjectStore): Catalogue {
  return {
    list: () => deployed.list(),
    async find(name, codeHash, orgId) {
      try {
        return await deployed.find(name, codeHash, orgId);
      } catch (error) {
        if (!isAppError(error) || error.code !== 'failed_precondition') throw error;
        const uploaded = await findUploaded(db, objects, name, codeHash, orgId);
        if (uploaded === null) throw error;
        return uploaded;
      }
    },
  };
}

async function findUploaded(
  db: Database,
  objects: ObjectStore,
  name: string,
  codeHash: string,
  orgId: string,
): Promise<BuiltPlugin | null> {
  const [stored] = await db.query({
    collection: paths.pluginVersions(orgId, name),
    where: [['codeHash', '==', codeHash]],
    limit: 1,
  });
  const version = stored === undefined ? null : pluginVersionSchema.parse(stored.data);
  if (version?.upload == null || version.status === 'uploaded') return null;
  const { storagePath, generation } = version.upload;
  return {
    manifest: version.manifest,
    codeHash,
    async code() {
      const code = new TextDecoder().decode(await objects.read(storagePath, generation));
      if (sha256Hex(code) !== codeHash)
        throw new AppError('drift', 'The stored bundle is not the one that was activated');
      return code;
    },
  };
}
