import { canonicalJson } from '@countersign/domain/hash';
import type { Journal } from '@countersign/domain/schemas/ledger';
import type { Findings } from './findings.ts';

type Noted = Pick<Journal, 'id' | 'state' | 'entries' | 'reverses' | 'reversedBy'> & { readonly path: string };

/**
 * Journals that reverse or were reversed, two by two. What reverses is in a leaf; what was reversed says so in its
 * document alone, so the two must name each other.
 */
export class ReversalBook {
  readonly #noted = new Map<string, Noted>();

  note(path: string, { id, state, entries, reverses, reversedBy }: Journal): void {
    if (reverses !== null || reversedBy !== null)
      this.#noted.set(id, { path, id, state, entries, reverses, reversedBy });
  }

  check(findings: Findings): void {
    for (const one of this.#noted.values()) {
      if (one.reverses !== null) {
        const original = this.#noted.get(one.reverses);
        if (original?.reversedBy !== one.id)
          findings.add('journal', one.path, `reverses ${one.reverses}, which does not say so`);
        else if (original.state !== 'posted')
          findings.add('journal', one.path, `reverses ${one.reverses}, which is ${original.state}`);
        else if (!mirrored(original.entries, one.entries))
          findings.add('journal', one.path, `is not ${one.reverses} with its sides swapped`);
      }
      if (one.reversedBy !== null && this.#noted.get(one.reversedBy)?.reverses !== one.id)
        findings.add('journal', one.path, `says that ${one.reversedBy} reverses it, which does not`);
    }
  }
}

function mirrored(entries: Journal['entries'], swapped: Journal['entries']): boolean {
  const back = swapped.map((entry) => ({ ...entry, side: entry.side === 'debit' ? 'credit' : 'debit' }));
  return canonicalJson(entries) === canonicalJson(back);
}
