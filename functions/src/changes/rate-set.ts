import {
  AGREED_RATE_DAYS,
  FX_RATE_FIELDS,
  FX_RATE_TYPE,
  fxRateId,
  isNearAgreedRate,
  RATE_BAND_PERCENT,
  usableRate,
} from '@countersign/domain/approval/base-amount';
import { AppError } from '@countersign/domain/errors';
import { recordProblem, type RecordType } from '@countersign/domain/schemas/record';
import * as z from 'zod';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Applying, ChangeDefinition } from './change-kind.ts';

const shownSchema = z.record(z.string(), z.json()).nullable();

/**
 * An exchange rate: units of `quote` for one of `base`, from a source, at a time. Policies compare amounts by it, so a low
 * one spares signatures. One person may record it while it stays near what two have agreed on, from the same source;
 * never for a run that the same person asks for (`readRates`).
 */
export const rateSet: ChangeDefinition<'rate.set'> = {
  kind: 'rate.set',
  proposers: ['treasurer', 'admin'],
  deciders: ['treasurer', 'executive', 'admin'],
  async base(tx, orgId, { base, quote, rate, source, asOf }, now) {
    if (base === quote || usableRate({ base, quote, rate, source, asOf }, now) === null)
      throw new AppError(
        'invalid_argument',
        'This is no rate that can be used: two different currencies, a decimal above zero, and a time of the last days.',
      );
    const current = await read(tx, refs.record(orgId, FX_RATE_TYPE, fxRateId(base, quote)));
    const recorded = current?.fields['rate'];
    return {
      version: current?.version ?? null,
      shown: current?.fields ?? null,
      title: `Exchange rate: 1 ${base} is ${rate} ${quote}, from ${source}${typeof recorded === 'string' ? `, now ${recorded}` : ''}`,
    };
  },
  onePerson: ({ shown }, { rate, source }, now) => isNearAgreedRate({ rate, source }, shownSchema.parse(shown), now),
  impact: async () => [
    `For ${AGREED_RATE_DAYS} days, one person may record rates of this source that are within ${RATE_BAND_PERCENT} percent of this one.`,
  ],
  apply: putRate,
};

async function putRate({ tx, orgId, change, set, proposedBy, alone, now }: Applying<'rate.set'>): Promise<void> {
  const { base, quote, rate, source, asOf } = change;
  const [typeRef, id] = [refs.recordType(orgId, FX_RATE_TYPE), fxRateId(base, quote)];
  const ref = refs.record(orgId, FX_RATE_TYPE, id);
  const [type, current] = [await read(tx, typeRef), await read(tx, ref)];
  const before = current?.fields ?? {};
  const agreed = alone
    ? { agreedRate: before['agreedRate'], agreedSource: before['agreedSource'], agreedAt: before['agreedAt'] }
    : { agreedRate: rate, agreedSource: source, agreedAt: now };
  const fields = { base, quote, rate, source, asOf, setBy: proposedBy, ...agreed };
  const registered = withRateFields(type, now);
  const problem = recordProblem({ ...registered, version: 1 }, fields);
  if (problem !== null) throw new AppError('failed_precondition', problem);
  if (type === null) set.create(typeRef, registered);
  else if (registered.fields.length > type.fields.length) set.change(typeRef, type, { fields: registered.fields });
  const next = { type: FX_RATE_TYPE, id, fields: JSON.stringify(fields), executionId: null, updatedAt: now };
  if (current === null) set.createStored(ref, next);
  else set.changeStored(ref, current.version, next);
}

/** The type as it is, with the fields of a rate that it lacks: one from before has fewer. */
function withRateFields(type: RecordType | null, now: string): Omit<RecordType, 'version'> {
  if (type === null) return { type: FX_RATE_TYPE, title: 'Exchange rate', fields: [...FX_RATE_FIELDS], createdAt: now };
  const lacking = FX_RATE_FIELDS.filter(({ name }) => !type.fields.some((field) => field.name === name));
  return { ...type, fields: [...type.fields, ...lacking] };
}
