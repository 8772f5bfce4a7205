import { FX_RATE_FIELDS, FX_RATE_TYPE, fxRateId, usableRate } from '@countersign/domain/approval/base-amount';
import { AppError } from '@countersign/domain/errors';
import { recordProblem, type RecordType } from '@countersign/domain/schemas/record';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Command } from './run-command.ts';

/**
 * Record an exchange rate: units of `quote` for one of `base`, from a source, at a time. Policies compare amounts by it;
 * never in a run that the same person asks for (`readRates`).
 */
export const setFxRate: Command<'setFxRate'> = {
  name: 'setFxRate',
  roles: ['treasurer', 'admin'],
  async decide({ tx, input, member, now, change }) {
    const { orgId, base, quote, rate, source, asOf } = input;
    const fields = { base, quote, rate, source, asOf, setBy: member.uid };
    if (base === quote || usableRate(fields, now) === null)
      throw new AppError(
        'invalid_argument',
        'This is no rate that can be used: two different currencies, a decimal above zero, and a time of the last days.',
      );
    const [typeRef, id] = [refs.recordType(orgId, FX_RATE_TYPE), fxRateId(base, quote)];
    const ref = refs.record(orgId, FX_RATE_TYPE, id);
    const [type, current] = [await read(tx, typeRef), await read(tx, ref)];
    const registered: Omit<RecordType, 'version'> = type ?? {
      type: FX_RATE_TYPE,
      title: 'Exchange rate',
      fields: [...FX_RATE_FIELDS],
      createdAt: now,
    };
    const problem = recordProblem({ ...registered, version: type?.version ?? 1 }, fields);
    if (problem !== null) throw new AppError('failed_precondition', problem);
    if (type === null) change.create(typeRef, registered);
    const next = { type: FX_RATE_TYPE, id, fields: JSON.stringify(fields), executionId: null, updatedAt: now };
    if (current === null) change.createStored(ref, next);
    else change.changeStored(ref, current.version, next);
    const data = { rate: id, value: rate, source, asOf };
    return { result: { version: (current?.version ?? 0) + 1 }, writes: change.toWrites('rate.set', { data }) };
  },
};
