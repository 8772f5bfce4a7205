import { idSchema } from '@countersign/domain/schemas/common';
import type { Effect } from '@countersign/domain/schemas/effect';
import type { Problem } from '@countersign/domain/schemas/execution';
import type { ClaimHolder, LedgerAccount } from '@countersign/plugin-sdk';
import { problemOf, type DraftEntry, type DraftJournal, type Fault } from './draft.ts';

export type JournalEffect = Extract<Effect, { kind: 'ledger.journal' }>;

/** What the plan knows of the world, all read before it decides. */
export interface World {
  /** By id; those that are not in the ledger are not here. */
  readonly accounts: ReadonlyMap<string, LedgerAccount>;
  /** By the reference as the file writes it. */
  readonly claims: ReadonlyMap<string, ClaimHolder>;
}

export interface PlanOptions {
  /** Names of the file and their accounts, as the person who asked for the run says. */
  readonly accountMap: ReadonlyMap<string, string>;
  readonly late: 'refuse' | 'route';
}

export interface JournalPlan {
  readonly effects: readonly JournalEffect[];
  readonly problems: readonly Problem[];
  readonly refused: readonly DraftJournal[];
}

/** The account that an entry means: what the run says goes before what the file says, and that before the name itself. */
export function accountIdOf(
  { account, accountId }: DraftEntry,
  accountMap: ReadonlyMap<string, string>,
): string | null {
  const id = accountMap.get(account) ?? accountId ?? account;
  return idSchema.safeParse(id).success ? id : null;
}

/** Decide journal by journal what can be posted. */
export function planJournals(journals: readonly DraftJournal[], world: World, options: PlanOptions): JournalPlan {
  const effects: JournalEffect[] = [];
  const problems: Problem[] = [];
  const refused: DraftJournal[] = [];
  const lines = new Map<string, number>();
  for (const journal of journals) {
    const before = journal.key === '' ? undefined : lines.get(journal.key);
    if (before === undefined) lines.set(journal.key, journal.line);
    const holder = world.claims.get(journal.reference);
    if (before === undefined && holder?.resumed === true) continue;
    const faults = [
      ...(before === undefined ? [] : [twice(journal, before)]),
      ...journal.faults,
      ...(holder === undefined ? [] : [taken(journal, holder)]),
      ...journal.entries.flatMap((entry) => accountFaults(entry, journal.day, world, options)),
    ];
    if (faults.length === 0) effects.push(effectOf(journal, options));
    else refused.push(journal);
    for (const fault of faults) problems.push(problemOf(fault, journal.reference, 'refused'));
  }
  return { effects, problems, refused };
}

function effectOf(journal: DraftJournal, { accountMap, late }: PlanOptions): JournalEffect {
  const { reference, key, line, memo, day, metadata, entries } = journal;
  return {
    kind: 'ledger.journal',
    key: `journal ${key}`,
    line,
    needs: [],
    data: { description: memo === '' ? reference : memo },
    claim: { kind: 'journal', reference },
    journal: {
      memo,
      effectiveDay: day,
      late,
      metadata: { reference, ...metadata },
      entries: entries.map((entry) => ({
        accountId: accountIdOf(entry, accountMap) ?? '',
        side: entry.side,
        amountMinor: entry.amountMinor.toString(),
        currency: entry.currency,
      })),
    },
  };
}

function twice({ line, reference }: DraftJournal, before: number): Fault {
  const message = `Reference ${reference} repeats line ${before}`;
  return {
    line,
    column: 'reference',
    code: 'duplicate_reference',
    message,
    remedy: 'Give it a reference of its own, or take it out',
  };
}

function taken({ line, reference }: DraftJournal, { executionId, at, inLedger = false }: ClaimHolder): Fault {
  if (inLedger)
    return {
      line,
      column: 'reference',
      code: 'journal_is_there',
      message: `Journal ${reference} is in the ledger since ${at.slice(0, 10)}: the file was exported from it`,
      remedy: 'Nothing to do; to book it once more, give it another reference',
    };
  const message = `Reference ${reference} is taken by execution ${executionId} (${at.slice(0, 10)})`;
  const remedy = 'It is posted or being posted there; if it is another journal, give it another reference';
  return { line, column: 'reference', code: 'claim_taken', message, remedy };
}

function accountFaults(entry: DraftEntry, day: string, { accounts }: World, { accountMap }: PlanOptions): Fault[] {
  const id = accountIdOf(entry, accountMap);
  const account = id === null ? undefined : accounts.get(id);
  const name = entry.account.slice(0, 80);
  const fault = (code: string, message: string, remedy: string): Fault[] => [
    { line: entry.line, column: entry.column, code, message, remedy },
  ];
  if (account === undefined)
    return fault(
      'account_unknown',
      id === null || id === entry.account
        ? `"${name}" is no account of the ledger`
        : `"${name}" stands for ${id}, which is no account of the ledger`,
      `Write its id, or say which account it is in the parameter Accounts: ${name} = ID`,
    );
  const shown = id === entry.account ? `${id}` : `${name} (${id})`;
  if (!account.postable)
    return fault('account_not_postable', `${shown} only sums up the accounts below it`, 'Choose one of those');
  if (account.closed)
    return fault('account_closed', `${shown} is closed`, 'Choose another account, or have it opened again');
  if (account.currency !== null && account.currency !== entry.currency)
    return fault(
      'account_currency',
      `${shown} takes ${account.currency} only`,
      'Choose another account, or another currency',
    );
  if (account.openedOn !== null && day < account.openedOn)
    return fault(
      'account_not_open_yet',
      `${shown} is open from ${account.openedOn} on`,
      'Correct the date, or choose another account',
    );
  return [];
}
