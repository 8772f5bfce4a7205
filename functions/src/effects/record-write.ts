import { recordProblem } from '@countersign/domain/schemas/record';
import { referencesIn } from '@countersign/domain/plan/needs';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { InsideKind } from './definition.ts';
import { predictFacts } from './predict-facts.ts';

/** The next version of a record, if it is still at the version that the plan saw. Once: a version is written once. */
export const recordWrite: InsideKind<'record.write'> = {
  kind: 'record.write',
  once: 'in_commit',
  where: 'inside',
  async predict({ db, orgId }, effect) {
    const { type, recordId, expectedVersion, fields } = effect.data;
    const registered = await read(db, refs.recordType(orgId, type));
    if (registered === null) return predictFacts(effect, `There is no record type "${type}"`);
    // Ids that are put in later are text; their fields can only be checked when they are there.
    const problem = referencesIn(fields).length > 0 ? null : recordProblem(registered, fields);
    if (problem !== null) return predictFacts(effect, problem);
    const version = (await read(db, refs.record(orgId, type, recordId)))?.version ?? 0;
    return predictFacts(
      effect,
      version === expectedVersion ? null : versionProblem(type, recordId, expectedVersion, version),
    );
  },
  async perform(tx, effect, ids, change, now) {
    const { type, recordId, expectedVersion, fields } = effect.data;
    const refuse = (code: string, message: string) => ({ status: 'failed' as const, code, message, retryable: false });
    const registered = await read(tx, refs.recordType(ids.orgId, type));
    if (registered === null) return refuse('record_type_missing', `There is no record type "${type}"`);
    const problem = recordProblem(registered, fields);
    if (problem !== null) return refuse('record_invalid', problem);
    const ref = refs.record(ids.orgId, type, recordId);
    const current = await read(tx, ref);
    const version = current?.version ?? 0;
    if (version !== expectedVersion)
      return refuse('version_conflict', versionProblem(type, recordId, expectedVersion, version));
    const next = { type, id: recordId, fields: JSON.stringify(fields), executionId: ids.executionId, updatedAt: now };
    if (current === null) change.createStored(ref, next);
    else change.changeStored(ref, current.version, next);
    return { status: 'succeeded', providerId: `${type}~${recordId}~${expectedVersion + 1}` };
  },
};

function versionProblem(type: string, id: string, expected: number, found: number): string {
  return `${type} ${id} is at version ${found}, not ${expected}: it was changed since it was read`;
}
