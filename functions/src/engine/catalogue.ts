import { AppError } from '@countersign/domain/errors';
import { sha256Hex } from '@countersign/domain/hash';
import { manifestSchema, type Manifest } from '@countersign/domain/schemas/plugin';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';

/** A plugin as the build left it: its manifest, the SHA-256 of its bundle, and the bundle. */
export interface BuiltPlugin {
  readonly manifest: Manifest;
  readonly codeHash: string;
  readonly code: () => Promise<string>;
}

export interface Catalogue {
  list(): Promise<readonly BuiltPlugin[]>;
  /** @throws AppError `failed_precondition` when this version with this code is not deployed */
  find(name: string, codeHash: string, orgId: string): Promise<BuiltPlugin>;
}

const entriesSchema = z.array(z.object({ manifest: manifestSchema, codeHash: z.string(), file: z.string() }));

/** The plugins in a folder that the build has written: `catalogue.json` and one bundle each. */
export function folderCatalogue(folder: URL): Catalogue {
  let loaded: Promise<readonly BuiltPlugin[]> | null = null;
  const load = async (): Promise<readonly BuiltPlugin[]> => {
    const entries = entriesSchema.parse(JSON.parse(await readFile(new URL('catalogue.json', folder), 'utf8')));
    return entries.map(({ manifest, codeHash, file }) => ({
      manifest,
      codeHash,
      code: () => readVerified(new URL(file, folder), codeHash),
    }));
  };
  const list = (): Promise<readonly BuiltPlugin[]> => (loaded ??= load());
  return {
    list,
    async find(name, codeHash) {
      const found = (await list()).find((plugin) => plugin.manifest.name === name && plugin.codeHash === codeHash);
      if (found === undefined)
        throw new AppError(
          'failed_precondition',
          `The code of plugin ${name} that this run was planned with is no longer deployed`,
        );
      return found;
    },
  };
}

async function readVerified(file: URL, codeHash: string): Promise<string> {
  const code = await readFile(file, 'utf8');
  if (sha256Hex(code) !== codeHash) throw new AppError('internal', 'A plugin bundle does not match its hash');
  return code;
}
