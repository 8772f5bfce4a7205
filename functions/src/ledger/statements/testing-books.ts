import { opening, recording, type EntryText } from '@countersign/domain/ledger/testing/memory-ledger';
import { journalSchema, type Journal } from '@countersign/domain/schemas/journal';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import { ORG, World } from '../../engine/testing/world.ts';
import { drainStream, ledgerIntents } from '../../streams/index.ts';

const DAY_MS = 86_400_000;

/** For tests: an organization with a bank, income, expenses and a loan beside what its world begins with. */
export class Books {
  readonly world: World;
  #commits = 0;

  private constructor(world: World) {
    this.world = world;
  }

  static async open(): Promise<Books> {
    const books = new Books(await World.open());
    await books.post(
      opening('bank', 'assets', true),
      opening('till', 'assets', true, 'asset', { branch: 'north' }),
      opening('loan', 'liabilities', true, 'liability'),
      opening('income', null, false, 'income'),
      opening('sales', 'income', true, 'income', { branch: 'north' }),
      opening('expenses', null, false, 'expense'),
      opening('fees', 'expenses', true, 'expense'),
    );
    return books;
  }

  async post(...intents: LedgerIntent[]): Promise<void> {
    const { clock, db } = this.world;
    await db.commit(ledgerIntents(ORG, `books-${(this.#commits += 1)}`, intents, clock.at()));
    await drainStream(clock, ORG, 'ledger');
  }

  record(id: string, entries: readonly EntryText[], day: string | null = null, state: 'posted' | 'pending' = 'posted') {
    return this.post(recording(id, entries, state, { journal: { effectiveDay: day, memo: `Memo of ${id}` } }));
  }

  reverse(id: string, journalId: string, day?: string): Promise<void> {
    const source = { executionId: null, effectId: null, kind: 'test' };
    return this.post({ type: 'reverse', id, journalId, memo: `Back: ${journalId}`, source, ...(day && { day }) });
  }

  nextDay(): void {
    this.world.clock.pass(DAY_MS);
  }

  today(): string {
    return this.world.clock.at().slice(0, 10);
  }

  journals(): Journal[] {
    return this.world.documents('journals').map((data) => journalSchema.parse(data));
  }
}
