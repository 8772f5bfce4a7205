import { AppError } from '@countersign/domain/errors';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { ChangeDefinition } from './change-kind.ts';

/** What records of a type look like. A field that is there stays: records of before must still be of their type. */
export const recordTypeSet: ChangeDefinition<'record-type.set'> = {
  kind: 'record-type.set',
  proposers: ['developer', 'treasurer', 'admin'],
  deciders: ['developer', 'treasurer', 'admin'],
  async base(tx, orgId, { recordType }) {
    const current = await read(tx, refs.recordType(orgId, recordType.type));
    const lost = current?.fields.find(
      (field) => !recordType.fields.some((one) => one.name === field.name && one.type === field.type),
    );
    if (lost !== undefined)
      throw new AppError(
        'invalid_argument',
        `Field "${lost.name}" is in use: it can not be taken away or change its type.`,
      );
    return {
      version: current?.version ?? null,
      shown: current,
      title:
        current === null ? `Adds the record type “${recordType.title}”` : `Changes the record type “${current.title}”`,
    };
  },
  async apply({ tx, orgId, change: { recordType }, set, now }) {
    const ref = refs.recordType(orgId, recordType.type);
    const current = await read(tx, ref);
    if (current === null) set.create(ref, { ...recordType, createdAt: now });
    else set.change(ref, current, recordType);
  },
};
