import {
  AGREED_RATE_DAYS,
  FX_RATE_FIELDS,
  FX_RATE_TYPE,
  fxRateId,
  isNearAgreedRate,
  MAX_RATE_AGE_DAYS,
  RATE_BAND_PERCENT,
  usableRate,
} from '@countersign/domain/approval/base-amount';
import { AppError } from '@countersign/domain/errors';
import { datedRateId } from '@countersign/domain/ledger/fx/rate-records';
import type { ChangeOf } from '@countersign/domain/schemas/proposal';
import {
  recordProblem,
  type RecordFields,
  type RecordType,
  type StoredRecord,
} from '@countersign/domain/schemas/record';
import * as z from 'zod';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Applying, ChangeDefinition } from './change-kind.ts';

const DAY_MS = 86_400_000;
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
  async base(tx, orgId, change, now) {
    const { base, quote, rate, source, day } = change;
    if (!makesSense(change, now))
      throw new AppError(
        'invalid_argument',
        'This is no rate that can be used: two different currencies, a decimal above zero, and a time of the last days, or of the days around the one that it is for.',
      );
    const current = await read(tx, refs.record(orgId, FX_RATE_TYPE, fxRateId(base, quote)));
    const recorded = current?.fields['rate'];
    return {
      version: current?.version ?? null,
      shown: current?.fields ?? null,
      title: `Exchange rate${day === undefined ? '' : ` of ${day}`}: 1 ${base} is ${rate} ${quote}, from ${source}${typeof recorded === 'string' ? `, now ${recorded}` : ''}`,
    };
  },
  onePerson: ({ shown }, { rate, source }, now) => isNearAgreedRate({ rate, source }, shownSchema.parse(shown), now),
  impact: async () => [
    `For ${AGREED_RATE_DAYS} days, one person may record rates of this source that are within ${RATE_BAND_PERCENT} percent of this one.`,
  ],
  apply: putRate,
};

/** A rate is of now; one that says its day may be of any day that is not to come, observed about then. */
function makesSense({ day, ...rate }: ChangeOf<'rate.set'>, now: string): boolean {
  if (rate.base === rate.quote || usableRate(rate, rate.asOf) === null) return false;
  if (day === undefined) return usableRate(rate, now) !== null;
  const apartMs = Math.abs(Date.parse(rate.asOf) - Date.parse(day));
  return Date.parse(rate.asOf) <= Date.parse(now) + DAY_MS && apartMs <= (MAX_RATE_AGE_DAYS + 1) * DAY_MS;
}

/** Writes the rate of its day, by which the books are valued; and the newest, by which policies compare amounts. */
async function putRate({ tx, orgId, change, set, proposedBy, alone, now }: Applying<'rate.set'>): Promise<void> {
  const { base, quote, rate, source, asOf } = change;
  const day = change.day ?? asOf.slice(0, 10);
  const typeRef = refs.recordType(orgId, FX_RATE_TYPE);
  const [newestId, datedId] = [fxRateId(base, quote), datedRateId(base, quote, day)];
  const newestRef = refs.record(orgId, FX_RATE_TYPE, newestId);
  const datedRef = refs.record(orgId, FX_RATE_TYPE, datedId);
  const [type, newest, dated] = [await read(tx, typeRef), await read(tx, newestRef), await read(tx, datedRef)];
  const before = newest?.fields ?? {};
  const agreed = alone
    ? { agreedRate: before['agreedRate'], agreedSource: before['agreedSource'], agreedAt: before['agreedAt'] }
    : { agreedRate: rate, agreedSource: source, agreedAt: now };
  const fields = { base, quote, rate, source, asOf, setBy: proposedBy, ...agreed };
  const registered = withRateFields(type, now);
  const problem = recordProblem({ ...registered, version: 1 }, fields);
  if (problem !== null) throw new AppError('failed_precondition', problem);
  if (type === null) set.create(typeRef, registered);
  else if (registered.fields.length > type.fields.length) set.change(typeRef, type, { fields: registered.fields });
  const put = (ref: typeof newestRef, id: string, there: StoredRecord | null, its: RecordFields): void => {
    const next = { type: FX_RATE_TYPE, id, fields: JSON.stringify(its), executionId: null, updatedAt: now };
    if (there === null) set.createStored(ref, next);
    else set.changeStored(ref, there.version, next);
  };
  put(datedRef, datedId, dated, { base, quote, rate, source, asOf, setBy: proposedBy, day });
  const newestOf = before['asOf'];
  const ofLater = change.day !== undefined && typeof newestOf === 'string' && newestOf.slice(0, 10) > change.day;
  if (!ofLater && usableRate(fields, now) !== null) put(newestRef, newestId, newest, fields);
}

/** The type as it is, with the fields of a rate that it lacks: one from before has fewer. */
function withRateFields(type: RecordType | null, now: string): Omit<RecordType, 'version'> {
  if (type === null) return { type: FX_RATE_TYPE, title: 'Exchange rate', fields: [...FX_RATE_FIELDS], createdAt: now };
  const lacking = FX_RATE_FIELDS.filter(({ name }) => !type.fields.some((field) => field.name === name));
  return { ...type, fields: [...type.fields, ...lacking] };
}
