import { asOpened } from '@countersign/domain/ledger/leaf';
import { paths } from '@countersign/domain/paths';
import { accountSchema, balanceSchema, type Account, type Guard } from '@countersign/domain/schemas/account';
import { journalSchema, type Journal } from '@countersign/domain/schemas/journal';
import { periodSchema, type Period } from '@countersign/domain/schemas/period';
import type { MemoryDatabase } from '../../store/memory-database.ts';

/**
 * The ledger once more, the long way round: all steps of all documents in the order of their places, with plain sums. It
 * shares nothing with the writer but the documents and their schemas. Every method returns what is wrong, in words.
 */
export class LedgerOracle {
  readonly #accounts = new Map<string, Account>();
  readonly #journals: Journal[];
  readonly #periods: Period[];
  readonly #steps: { readonly seq: number; readonly at: string; readonly play: () => void }[] = [];
  readonly #balances: readonly { key: string; sums: string }[];
  readonly #size: number;

  readonly #standing = new Map<string, Account>();
  readonly #closed = new Map<string, boolean>();
  readonly #sums = new Map<string, Sums>();
  readonly #days = new Map<string, bigint>();
  readonly #problems: string[] = [];
  readonly #isHeld: (journal: Journal) => boolean;

  /** @param isHeld whether guards rule over how a journal was recorded */
  constructor(store: MemoryDatabase, orgId: string, isHeld: (journal: Journal) => boolean) {
    const all = store.dump();
    const below = (collection: string): Record<string, unknown>[] =>
      all
        .filter(
          ({ path }) =>
            path.startsWith(`${collection}/`) && path.split('/').length === collection.split('/').length + 1,
        )
        .map(({ data }) => data);
    for (const data of below(paths.accounts(orgId))) {
      const account = accountSchema.parse(data);
      this.#accounts.set(account.id, account);
    }
    this.#periods = below(paths.periods(orgId)).map((data) => periodSchema.parse(data));
    this.#journals = below(paths.journals(orgId)).map((data) => journalSchema.parse(data));
    this.#balances = below(paths.balances(orgId)).map((data) => {
      const one = balanceSchema.parse(data);
      const { accountId, currency, postedDebitMinor, postedCreditMinor, pendingDebitMinor, pendingCreditMinor } = one;
      return {
        key: `${accountId} ${currency}`,
        sums: [postedDebitMinor, postedCreditMinor, pendingDebitMinor, pendingCreditMinor].join(),
      };
    });
    this.#size = Number(all.find(({ path }) => path === paths.streamHead(orgId, 'ledger'))?.data['size'] ?? 0);
    this.#isHeld = isHeld;
    for (const account of this.#accounts.values()) this.#stepsOfAccount(account);
    for (const period of this.#periods)
      for (const step of period.steps)
        this.#add(step.seq, step.at, () =>
          this.#closed.set(period.id, step.step === 'closed' || step.step === 'locked'),
        );
    for (const journal of this.#journals)
      journal.steps.forEach((step, index) => this.#add(step.seq, step.at, () => this.#playJournal(journal, index)));
    this.#steps.sort((a, b) => a.seq - b.seq);
  }

  get journals(): readonly Journal[] {
    return this.#journals;
  }

  /** No gap, no place twice, no time that goes back; no guard passed; nothing in a closed day; balances as they are stored. */
  problems(): string[] {
    let last = '';
    this.#steps.forEach(({ seq, at, play }, index) => {
      if (seq !== index) this.#problems.push(`place ${index} is taken by ${seq}`);
      if (at < last) this.#problems.push(`place ${seq} was recorded at ${at}, after ${last}`);
      last = at;
      play();
    });
    if (this.#steps.length !== this.#size)
      this.#problems.push(`${this.#steps.length} steps, but ${this.#size} leaves in the head`);
    this.#compareBalances();
    return this.#problems;
  }

  /** Own sums of the accounts that take entries: posted debit and credit, pending debit and credit. Zeroes are left out. */
  sumsOver(from: string | null, to: string, knownAt: string | null): Record<string, string> {
    const sums = new Map<string, Sums>();
    const isKnown = (at: string | undefined): boolean =>
      at !== undefined && (knownAt === null || at.slice(0, 10) <= knownAt);
    const within = (day: string): boolean => (from === null || day >= from) && day <= to;
    for (const journal of this.#journals) {
      const posted = journal.steps.find(({ step }) => step === 'posted');
      const [first, second] = journal.steps;
      const isPending = first?.step === 'pending' && isKnown(first.at) && !isKnown(second?.at);
      if (isPending && within(firstDayOf(journal)))
        for (const entry of journal.entries) addTo(sums, `${entry.accountId}_${entry.currency}`, 'pending', entry, 1n);
      if (isKnown(posted?.at) && within(journal.effectiveDay))
        for (const entry of journal.entries) addTo(sums, `${entry.accountId}_${entry.currency}`, 'posted', entry, 1n);
    }
    return Object.fromEntries(
      [...sums].map(([key, one]) => [key, textOf(one)] as const).filter(([, text]) => text !== '0,0,0,0'),
    );
  }

  #add(seq: number, at: string, play: () => unknown): void {
    this.#steps.push({ seq, at, play });
  }

  #stepsOfAccount(account: Account): void {
    this.#add(account.seq, account.createdAt, () => this.#standing.set(account.id, asOpened(account)));
    for (const { seq, at, after } of account.changes)
      this.#add(seq, at, () => {
        const before = this.#standing.get(account.id) as Account;
        this.#standing.set(account.id, { ...before, ...after } as Account);
      });
  }

  #playJournal(journal: Journal, index: number): void {
    const step = journal.steps[index] as Journal['steps'][number];
    const day = step.step === 'pending' ? firstDayOf(journal) : journal.effectiveDay;
    const closed = this.#periods.filter(({ id }) => this.#closed.get(id) === true).map(({ to }) => to);
    if (step.step !== 'voided' && closed.some((to) => day <= to))
      this.#problems.push(`${journal.id} is ${step.step} for ${day}, which was closed`);
    const before = new Map([...this.#sums].map(([key, sums]) => [key, { ...sums }]));
    const daysBefore = new Map(this.#days);
    const today = step.at.slice(0, 10);
    for (const entry of journal.entries)
      for (const id of this.#upFrom(entry.accountId)) {
        const key = `${id} ${entry.currency}`;
        if (index > 0) addTo(this.#sums, key, 'pending', entry, -1n);
        if (step.step !== 'voided') addTo(this.#sums, key, step.step, entry, 1n);
        const counted =
          index === 0 ? 1n : step.step === 'voided' && today === journal.recordedAt.slice(0, 10) ? -1n : 0n;
        const dayKey = `${key} ${entry.side} ${today}`;
        this.#days.set(dayKey, (this.#days.get(dayKey) ?? 0n) + counted * BigInt(entry.amountMinor));
      }
    if (index > 0 || !this.#isHeld(journal)) return;
    for (const { accountId } of journal.entries)
      if (journal.reverses === null && this.#standing.get(accountId)?.closed !== false)
        this.#problems.push(`${journal.id} has an entry in ${accountId}, which was not open`);
    for (const key of new Set(
      journal.entries.flatMap(({ accountId, currency }) => this.#upFrom(accountId).map((id) => `${id} ${currency}`)),
    ))
      this.#checkGuards(journal.id, key, before.get(key) ?? NOTHING, daysBefore, today);
  }

  #checkGuards(
    journalId: string,
    key: string,
    before: Sums,
    daysBefore: ReadonlyMap<string, bigint>,
    today: string,
  ): void {
    const [id = '', currency = ''] = key.split(' ');
    const account = this.#standing.get(id) as Account;
    for (const guard of account.guards) {
      if (guard.kind !== 'not_below_zero' && guard.currency !== currency) continue;
      const [is, was, limit] = measured(
        guard,
        account,
        this.#sums.get(key) ?? NOTHING,
        before,
        (days) => (guard.kind === 'daily_limit' ? (days.get(`${key} ${guard.side} ${today}`) ?? 0n) : 0n),
        [this.#days, daysBefore],
      );
      if (is > limit && is > was)
        this.#problems.push(`${journalId} passes ${guard.kind} of ${key}: ${is} over ${limit}`);
    }
  }

  #compareBalances(): void {
    const stored = new Map(this.#balances.map(({ key, sums }) => [key, sums]));
    for (const [key, sums] of this.#sums)
      if ((stored.get(key) ?? '0,0,0,0') !== textOf(sums))
        this.#problems.push(`balance ${key} is ${stored.get(key)}, and should be ${textOf(sums)}`);
    for (const [key, sums] of stored)
      if (!this.#sums.has(key) && sums !== '0,0,0,0') this.#problems.push(`balance ${key} is of nothing`);
    const trial = new Map<string, bigint>();
    for (const [key, { postedDebit, postedCredit }] of this.#sums) {
      const [id = '', currency = ''] = key.split(' ');
      if (this.#standing.get(id)?.postable === true)
        trial.set(currency, (trial.get(currency) ?? 0n) + postedDebit - postedCredit);
    }
    for (const [currency, sum] of trial)
      if (sum !== 0n) this.#problems.push(`${currency} does not come to zero: ${sum}`);
  }

  #upFrom(id: string): string[] {
    const account = this.#accounts.get(id);
    return account === undefined ? [id] : [id, ...account.path];
  }
}

interface Sums {
  postedDebit: bigint;
  postedCredit: bigint;
  pendingDebit: bigint;
  pendingCredit: bigint;
}
const NOTHING: Readonly<Sums> = { postedDebit: 0n, postedCredit: 0n, pendingDebit: 0n, pendingCredit: 0n };

const textOf = ({ postedDebit, postedCredit, pendingDebit, pendingCredit }: Sums): string =>
  [postedDebit, postedCredit, pendingDebit, pendingCredit].join();

const firstDayOf = ({ steps, effectiveDay }: Journal): string =>
  steps.find(({ routedFrom }) => routedFrom !== null)?.routedFrom ?? effectiveDay;

function addTo(
  sums: Map<string, Sums>,
  key: string,
  state: 'pending' | 'posted',
  { side, amountMinor }: Journal['entries'][number],
  sign: 1n | -1n,
): void {
  const one = sums.get(key) ?? { ...NOTHING };
  one[`${state}${side === 'debit' ? 'Debit' : 'Credit'}`] += sign * BigInt(amountMinor);
  sums.set(key, one);
}

/** How far down an account is (or how much it took today), now and before, and how far it may be. */
function measured(
  guard: Guard,
  { type }: Account,
  now: Sums,
  before: Sums,
  ofDay: (days: ReadonlyMap<string, bigint>) => bigint,
  [days, daysBefore]: readonly [ReadonlyMap<string, bigint>, ReadonlyMap<string, bigint>],
): readonly [is: bigint, was: bigint, limit: bigint] {
  if (guard.kind === 'daily_limit') return [ofDay(days), ofDay(daysBefore), BigInt(guard.limitMinor)];
  const growsByDebit = type === 'asset' || type === 'expense';
  const short = (sums: Sums): bigint =>
    growsByDebit
      ? sums.postedCredit + sums.pendingCredit - sums.postedDebit
      : sums.postedDebit + sums.pendingDebit - sums.postedCredit;
  return [short(now), short(before), guard.kind === 'credit_limit' ? BigInt(guard.limitMinor) : 0n];
}
