import { canonicalJson } from '@countersign/domain/hash';
import type { Journal } from '@countersign/domain/schemas/journal';
import type { Findings } from './findings.ts';

type Noted = Pick<
  Journal,
  'id' | 'state' | 'entries' | 'reverses' | 'reversedBy' | 'partReversals' | 'reversedMinor' | 'revives' | 'revivedBy'
> & { readonly path: string };

/**
 * Journals that point at each other: those that reverse and those that were reversed, and those that were voided and
 * booked again. What points back in time is in a leaf; what points forward is in the document alone, so the two must name
 * each other.
 */
export class ReversalBook {
  readonly #noted = new Map<string, Noted>();

  note(path: string, journal: Journal): void {
    const { id, state, entries, reverses, reversedBy, partReversals, reversedMinor, revives, revivedBy } = journal;
    if ((reverses ?? reversedBy ?? revives ?? revivedBy) === null && partReversals.length === 0) return;
    this.#noted.set(id, {
      path,
      id,
      state,
      entries,
      reverses,
      reversedBy,
      partReversals,
      reversedMinor,
      revives,
      revivedBy,
    });
  }

  check(findings: Findings): void {
    for (const one of this.#noted.values()) {
      const wrong = this.wrongIn(one.id);
      if (wrong !== null) findings.add('journal', one.path, wrong);
    }
  }

  /** What does not fit between a journal and those that it points at, which must have been noted as well; or null. */
  wrongIn(id: string): string | null {
    const one = this.#noted.get(id);
    return one === undefined
      ? null
      : (this.#wrongAsReversal(one) ?? this.#wrongAsReversed(one) ?? this.#wrongAsRevived(one));
  }

  #wrongAsReversal({ id, reverses, entries }: Noted): string | null {
    if (reverses === null) return null;
    const original = this.#noted.get(reverses);
    if (original === undefined || !reversalsOf(original).includes(id))
      return `reverses ${reverses}, which does not say so`;
    if (original.state !== 'posted') return `reverses ${reverses}, which is ${original.state}`;
    const whole = original.reversedBy === id && original.partReversals.length === 0;
    return whole && canonicalJson(swapped(entries)) !== canonicalJson(original.entries)
      ? `is not ${reverses} with its sides swapped`
      : null;
  }

  #wrongAsReversed(one: Noted): string | null {
    for (const id of reversalsOf(one))
      if (this.#noted.get(id)?.reverses !== one.id) return `says that ${id} reverses it, which does not`;
    if (one.partReversals.length === 0) return null;
    const taken = sums(one.partReversals.flatMap((id) => swapped(this.#noted.get(id)?.entries ?? [])));
    const said = sums(one.entries.map((entry, index) => ({ ...entry, amountMinor: one.reversedMinor[index] ?? '0' })));
    if (taken !== said) return 'says that other amounts of it were taken back than its reversals took';
    const all = one.reversedBy !== null;
    if (all !== (said === sums(one.entries))) return `says that it was ${all ? '' : 'not '}taken back whole`;
    const over = one.entries.some((entry, index) => BigInt(one.reversedMinor[index] ?? 0) > BigInt(entry.amountMinor));
    return over ? 'was taken back by more than it is' : null;
  }

  #wrongAsRevived({ id, revives, revivedBy }: Noted): string | null {
    if (revives !== null) {
      const original = this.#noted.get(revives);
      if (original?.revivedBy !== id) return `books ${revives} again, which does not say so`;
      if (original.state !== 'voided') return `books ${revives} again, which is ${original.state}`;
    }
    if (revivedBy !== null && this.#noted.get(revivedBy)?.revives !== id)
      return `says that ${revivedBy} books it again, which does not`;
    return null;
  }
}

const reversalsOf = ({ reversedBy, partReversals }: Noted): string[] => [
  ...new Set([...partReversals, ...(reversedBy === null ? [] : [reversedBy])]),
];

function swapped(entries: Journal['entries']): Journal['entries'] {
  return entries.map((entry) => ({ ...entry, side: entry.side === 'debit' ? 'credit' : 'debit' }));
}

/** Sums by account, currency and side, as text to compare. */
function sums(entries: Journal['entries']): string {
  const byKey = new Map<string, bigint>();
  for (const { accountId, currency, side, amountMinor } of entries) {
    const key = `${accountId} ${currency} ${side}`;
    byKey.set(key, (byKey.get(key) ?? 0n) + BigInt(amountMinor));
  }
  const nonZero = [...byKey].filter(([, sum]) => sum !== 0n).map(([key, sum]) => [key, sum.toString()]);
  return canonicalJson(nonZero.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)));
}
