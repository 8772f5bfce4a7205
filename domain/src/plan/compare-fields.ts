import { canonicalJson } from '../hash.ts';
import { formatMoney, isMinorString, toMinor } from '../money/money.ts';
import type { Effect } from '../schemas/effect.ts';

/** One thing that is not the same in two runs; null where one of them has none. */
export interface FieldDifference {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

const LABELS: Readonly<Record<string, string>> = {
  kind: 'Kind',
  account: 'Account',
  amountMinor: 'Amount',
  currency: 'Currency',
  destination: 'Bank account',
  description: 'Description',
  reference: 'Reference',
  balanceBeforeMinor: 'Available before',
  reserveMinor: 'Kept as reserve',
  name: 'File name',
  sha256: 'Content',
  sizeBytes: 'Size in bytes',
  rowCount: 'Rows',
  contentType: 'Type',
  recordId: 'Record',
  expectedVersion: 'Replaces version',
  fields: 'Fields',
  to: 'Told',
  title: 'Title',
  body: 'Text',
  url: 'Address',
  method: 'Method',
  headers: 'Headers',
  idempotencyHeader: 'Header for the key',
};
/** Where the bytes of a draft lie says nothing: each run has its own. */
const LEFT_OUT: ReadonlySet<string> = new Set(['storagePath', 'generation']);

/** What an effect would do, field by field, in words. Its line in the file is left out: rows move. */
function facts(effect: Effect): Map<string, string> {
  const data: Readonly<Record<string, unknown>> = effect.data;
  const currency = typeof data['currency'] === 'string' ? data['currency'] : null;
  const found = new Map<string, string>([['Kind', effect.kind]]);
  for (const [name, value] of Object.entries(data))
    if (!LEFT_OUT.has(name)) found.set(LABELS[name] ?? name, inWords(name, value, currency));
  if (effect.journal !== null) {
    const entries = effect.journal.entries.map(
      ({ accountId, side, amountMinor, currency: unit }) =>
        `${side} ${accountId} ${formatMoney(toMinor(amountMinor), unit)}`,
    );
    found.set('Journal', [effect.journal.memo, ...entries].join('; '));
    if (effect.journal.effectiveDay !== null) found.set('Effective day', effect.journal.effectiveDay);
  }
  if (effect.needs.length > 0) found.set('Needs', effect.needs.join(', '));
  return found;
}

function inWords(name: string, value: unknown, currency: string | null): string {
  if (name.endsWith('Minor') && typeof value === 'string' && isMinorString(value) && currency !== null)
    return formatMoney(toMinor(value), currency);
  if (name === 'destination' && typeof value === 'object' && value !== null) {
    const bank = value as { kind?: string; bankName?: string; last4?: string; id?: string };
    return bank.kind === 'bank' ? `${bank.bankName} ending in ${bank.last4} (${bank.id})` : 'not shown by Stripe';
  }
  return typeof value === 'string' ? value : value === null || value === undefined ? 'none' : canonicalJson(value);
}

/** The fields in which two effects of the same key differ, in the order in which they are shown. */
export function effectDifferences(before: Effect, after: Effect): FieldDifference[] {
  return mapDifferences(facts(before), facts(after));
}

export function mapDifferences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) {
  const fields = new Set([...before.keys(), ...after.keys()]);
  return [...fields].flatMap((field): FieldDifference[] => {
    const [left, right] = [before.get(field) ?? null, after.get(field) ?? null];
    return left === right ? [] : [{ field, before: left, after: right }];
  });
}
