import { derivedId } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import type { StoredFile } from '@countersign/domain/schemas/file';
import { ChangeSet } from '../engine/change-set.ts';
import type { Deps } from '../engine/deps.ts';
import { log } from '../log.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { drainStream } from '../streams/index.ts';
import { inspect } from './inspect.ts';

export interface UploadedObject {
  readonly path: string;
  readonly generation: string;
  readonly sizeBytes: number;
  readonly declaredType: string;
}

/** `orgs/{orgId}/uploads/{uid}/{uploadId}/{name}` */
const UPLOAD_PATH =
  /^orgs\/([A-Za-z0-9_.-]{1,128})\/uploads\/([A-Za-z0-9_.:-]{1,128})\/([A-Za-z0-9_-]{1,128})\/([^/]{1,200})$/;

/** Write the file document of an upload: bytes hashed, type seen, CSV profiled; a new upload of a name is its next revision. */
export async function registerUpload(deps: Deps, object: UploadedObject): Promise<void> {
  const match = UPLOAD_PATH.exec(object.path);
  const [, orgId, uid, , name] = match ?? [];
  if (orgId === undefined || uid === undefined || name === undefined) {
    if (object.path.includes('/uploads/')) log.uploadIgnored({ path: object.path });
    return;
  }
  const fileId = derivedId('file', object.path, object.generation);
  if ((await deps.db.get(paths.file(orgId, fileId))) !== null) return;
  const inspected = await inspect(deps.objects.stream(object.path, object.generation));
  const refused = inspected.issues.length > 0;
  const namePath = paths.fileName(orgId, derivedId('file-name', name));
  const now = deps.now().toISOString();
  await deps.db.transaction(async (tx) => {
    if ((await read(tx, refs.file(orgId, fileId))) !== null) return;
    const revision = Number((await tx.get(namePath))?.data['latest'] ?? 0) + 1;
    const file: Omit<StoredFile, 'version'> = {
      id: fileId,
      name,
      revision,
      kind: 'input',
      status: refused ? 'refused' : 'ready',
      storagePath: object.path,
      generation: object.generation,
      sha256: inspected.sha256,
      sizeBytes: inspected.sizeBytes,
      declaredType: object.declaredType.slice(0, 100),
      detectedType: inspected.detectedType,
      profile: inspected.profile,
      issues: inspected.issues,
      uploadedBy: uid,
      executionId: null,
      createdAt: now,
      erasedAt: null,
    };
    const change = new ChangeSet(orgId, `upload-${fileId}`, { kind: 'member', uid, roles: [] }, now);
    change.create(refs.file(orgId, fileId), file);
    change.also({ op: 'set', path: namePath, data: { name, latest: revision } });
    const data = { sha256: file.sha256, sizeBytes: String(file.sizeBytes), revision: String(revision), name };
    tx.write(...change.toWrites(refused ? 'file.refused' : 'file.uploaded', { data }));
  });
  log.fileProfiled({ orgId, fileId, sizeBytes: inspected.sizeBytes, status: refused ? 'refused' : 'ready' });
  await drainStream(deps.streams, orgId, 'audit');
}
