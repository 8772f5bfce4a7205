import type { PackReport } from '@countersign/domain/evidence/report';
import { refs } from '../../refs.ts';
import { read } from '../../store/database.ts';
import { ed25519Verify } from '../../streams/ed25519.ts';
import { verifyPack, type PackOptions } from '@countersign/domain/evidence/verify-pack';
import type { EvidenceExport, EvidenceSubject } from '@countersign/domain/schemas/evidence';
import { ORG, type World } from '../../engine/testing/world.ts';

/** Ask for a pack, have it made, and read it. */
export async function packOf(
  world: World,
  subject: EvidenceSubject,
  options: { readonly uid?: string; readonly personal?: boolean } = {},
): Promise<string> {
  const { uid = 'ada', personal = false } = options;
  const { exportId } = await world.command(uid, 'exportEvidence', { subject, personal });
  await world.work();
  const made = await exportOf(world, exportId);
  if (made.file === null) throw new Error(`no pack was made: ${made.error?.message}`);
  return new TextDecoder().decode(await world.objects.read(made.file.storagePath, made.file.generation));
}

export async function exportOf(world: World, id: string): Promise<EvidenceExport> {
  const made = await read(world.db, refs.evidenceExport(ORG, id));
  if (made === null) throw new Error(`there is no export ${id}`);
  return made;
}

export async function verifyText(pack: string | Uint8Array, options: Partial<PackOptions> = {}): Promise<PackReport> {
  const bytes = typeof pack === 'string' ? new TextEncoder().encode(pack) : pack;
  return verifyPack(inPieces(bytes), { publicKey: null, witnesses: [], verify: ed25519Verify, later: [], ...options });
}

/** As a file comes: cut anywhere. */
async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const size = 10_007;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
