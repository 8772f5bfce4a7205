import { isAppError } from '@countersign/domain/errors';
import { sha256Hex } from '@countersign/domain/hash';
import { objectPaths } from '@countersign/domain/paths';
import type { ObjectStore } from '../store/object-store.ts';
import type { BuiltPlugin } from './catalogue.ts';

/** What this process knows to be kept. */
const known = new WeakMap<ObjectStore, Set<string>>();

/**
 * Keep a bundle that plans are made with, under its hash, for all organizations: evidence of a run holds the code that
 * was signed, also when its deployment is long gone. Nothing deletes it, and it is written once; two who write it at the
 * same time write the same bytes.
 */
export async function keepCode(objects: ObjectStore, { codeHash, code }: BuiltPlugin): Promise<void> {
  const kept = known.get(objects) ?? new Set<string>();
  known.set(objects, kept);
  if (kept.has(codeHash)) return;
  const path = objectPaths.code(codeHash);
  if ((await objects.list(path, 1)).length === 0)
    await objects.write(path, new TextEncoder().encode(await code()), 'text/javascript');
  kept.add(codeHash);
}

/** The code of this hash; null when it was not kept, or is not that any more. */
export async function keptCode(objects: ObjectStore, codeHash: string): Promise<string | null> {
  const [found] = await objects.list(objectPaths.code(codeHash), 1);
  if (found === undefined) return null;
  try {
    const code = new TextDecoder().decode(await objects.read(found.path, found.generation));
    return sha256Hex(code) === codeHash ? code : null;
  } catch (error) {
    if (isAppError(error) && error.code === 'not_found') return null;
    throw error;
  }
}
