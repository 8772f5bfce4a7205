import { AppError } from '@countersign/domain/errors';
import { inWords } from '@countersign/domain/plan/sentence';
import { KEEP_EVERYTHING, RETENTION_CLASSES } from '@countersign/domain/schemas/retention';
import { keepsPersons, standingHolds } from '../engine/legal-hold.ts';
import { refs } from '../refs.ts';
import { ERASED_NAME } from '../retention/erase-person.ts';
import { retentionDue, sweepAnew } from '../retention/retention-step.ts';
import { read } from '../store/database.ts';
import type { ChangeDefinition } from './change-kind.ts';

/** For how long what is no book and no proof is kept. To keep it for longer takes one person. */
export const retentionSet: ChangeDefinition<'retention.set'> = {
  kind: 'retention.set',
  proposers: ['admin', 'auditor'],
  deciders: ['executive', 'auditor', 'admin'],
  async base(tx, orgId, { keepDays }) {
    const current = await read(tx, refs.retention(orgId));
    const before = current?.keepDays ?? KEEP_EVERYTHING;
    const parts = RETENTION_CLASSES.filter((what) => before[what] !== keepDays[what]).map(
      (what) => `${what} ${keepDays[what] === null ? 'for ever' : `for ${keepDays[what]} days`}`,
    );
    if (parts.length === 0) throw new AppError('invalid_argument', 'It is kept like this already.');
    return { version: current?.version ?? null, shown: before, title: `Retention: keeps ${inWords(parts)}` };
  },
  onePerson: ({ shown }, { keepDays }) => {
    const before = shown as typeof keepDays;
    return RETENTION_CLASSES.every((what) => (keepDays[what] ?? Infinity) >= (before[what] ?? Infinity));
  },
  async apply({ tx, orgId, change, set, now }) {
    const ref = refs.retention(orgId);
    const current = await read(tx, ref);
    const fields = { keepDays: change.keepDays, setAt: now };
    if (current === null) set.create(ref, fields);
    else set.change(ref, current, fields);
    set.also(...sweepAnew(orgId), await retentionDue(tx, orgId, now));
  },
};

/** Ends a legal hold. To place one takes one person: `placeHold`. */
export const holdRelease: ChangeDefinition<'hold.release'> = {
  kind: 'hold.release',
  proposers: ['auditor', 'admin'],
  deciders: ['executive', 'auditor', 'admin'],
  async base(tx, orgId, { holdId }) {
    const hold = await read(tx, refs.legalHold(orgId, holdId));
    if (hold === null) throw new AppError('not_found', 'There is no such hold.');
    if (hold.releasedAt !== null) throw new AppError('failed_precondition', 'This hold is released already.');
    const shown = { matter: hold.matter, classes: hold.classes, executionId: hold.executionId };
    return {
      version: hold.version,
      shown,
      title: `Legal hold: ends that of ${hold.matter} on ${inWords(hold.classes)}`,
    };
  },
  async apply({ tx, orgId, change, set, now }) {
    const ref = refs.legalHold(orgId, change.holdId);
    const hold = await read(tx, ref);
    if (hold === null) throw new AppError('not_found', 'There is no such hold.');
    set.change(ref, hold, { releasedAt: now });
    set.also(...sweepAnew(orgId), await retentionDue(tx, orgId, now));
  },
};

/** Removes the personal data of somebody who has left: name, address, and what they wrote. */
export const personErase: ChangeDefinition<'person.erase'> = {
  kind: 'person.erase',
  proposers: ['admin'],
  deciders: ['executive', 'auditor', 'admin'],
  async base(tx, orgId, { uid }) {
    const member = await read(tx, refs.member(orgId, uid));
    if (member === null) throw new AppError('not_found', 'There is no such member.');
    if (member.active) throw new AppError('failed_precondition', 'This member has access still. End it first.');
    if (member.salt === '') throw new AppError('failed_precondition', 'This person’s data has been removed already.');
    return {
      version: member.version,
      shown: { uid, active: member.active },
      title: 'Removes the personal data of a former member',
    };
  },
  async apply({ tx, orgId, change, set, now }) {
    const { uid } = change;
    if (keepsPersons(await standingHolds(tx, orgId)))
      throw new AppError('failed_precondition', 'Personal data is under a legal hold. End the hold first.');
    const ref = refs.member(orgId, uid);
    const member = await read(tx, ref);
    if (member === null) throw new AppError('not_found', 'There is no such member.');
    const due = await retentionDue(tx, orgId, now);
    set.change(ref, member, { name: ERASED_NAME, email: '', salt: '' });
    set.create(refs.erasure(orgId, uid), {
      uid,
      state: 'running',
      afterSeq: -1,
      removed: 0,
      startedAt: now,
      doneAt: null,
    });
    set.also(due);
  },
};
