import { derivedId } from '@countersign/domain/hash';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { InsideKind } from './definition.ts';
import { predictFacts } from './predict-facts.ts';

/** Shows a draft as a file of the organization: exactly the bytes whose checksum was signed, by their generation. */
export const filePublish: InsideKind<'file.publish'> = {
  kind: 'file.publish',
  once: 'in_commit',
  where: 'inside',
  async predict({ drafts }, effect) {
    const { storagePath, generation, sha256, sizeBytes, rowCount, name } = effect.data;
    const draft = drafts.get(storagePath);
    const same =
      draft?.generation === generation &&
      draft.sha256 === sha256 &&
      draft.sizeBytes === sizeBytes &&
      draft.rowCount === rowCount;
    return predictFacts(effect, same ? null : `${name} is not a draft that this plan has made`);
  },
  async perform(tx, effect, ids, change, now) {
    const { name, contentType, storagePath, generation, sha256, sizeBytes } = effect.data;
    const id = derivedId('published-file', ids.effectId);
    const ref = refs.file(ids.orgId, id);
    if ((await read(tx, ref)) === null)
      change.create(ref, {
        id,
        name,
        revision: 1,
        kind: 'result',
        status: 'ready',
        storagePath,
        generation,
        sha256,
        sizeBytes,
        declaredType: contentType,
        detectedType: contentType === 'text/csv' ? 'csv' : 'text',
        profile: null,
        issues: [],
        uploadedBy: null,
        executionId: ids.executionId,
        createdAt: now,
        erasedAt: null,
      });
    return { status: 'succeeded', providerId: id };
  },
};
