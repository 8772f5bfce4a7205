import { BalanceSheet, balanceKey } from '@countersign/domain/ledger/balance-sheet';
import { balanced, trialBalance, type TrialBalanceRow } from '@countersign/domain/ledger/balanced';
import { accountLeaf, asOpened, journalLeaf, periodLeaf } from '@countersign/domain/ledger/leaf';
import { canonicalJson } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import { accountSchema, balanceSchema, type Account, type Balance } from '@countersign/domain/schemas/account';
import { journalSchema, type Journal } from '@countersign/domain/schemas/journal';
import { periodSchema } from '@countersign/domain/schemas/period';
import type { Database } from '../../store/database.ts';
import type { Findings } from './findings.ts';
import type { LeafBook } from './leaf-book.ts';
import { checkMonths } from './month-checks.ts';
import { readParsed } from './read-pages.ts';
import { ReversalBook } from './reversal-book.ts';

export interface LedgerCounts {
  readonly accounts: number;
  readonly journals: number;
  readonly steps: number;
  readonly balances: number;
  readonly trialBalance: readonly TrialBalanceRow[];
}

/** Accounts, journals and balances: each in itself, in its place among the leaves, and against each other. */
export async function checkLedger(
  db: Database,
  orgId: string,
  leaves: LeafBook,
  findings: Findings,
): Promise<LedgerCounts> {
  const accounts = await checkAccounts(db, orgId, leaves, findings);
  await checkPeriods(db, orgId, leaves, findings);
  const sheet = new BalanceSheet(new Map());
  const reversals = new ReversalBook();
  let journals = 0;
  let steps = 0;
  for await (const { id, path, data: journal } of readParsed(db, paths.journals(orgId), journalSchema, findings)) {
    journals += 1;
    steps += journal.steps.length;
    journal.steps.forEach((step, index) =>
      leaves.place(step.seq, journalLeaf(journal, index), index === 0 ? path : `${path} (${step.step})`),
    );
    const wrong = wrongInJournal(id, journal, accounts);
    if (wrong === null) enter(sheet, journal, accounts);
    else findings.add('journal', path, wrong);
    reversals.note(path, journal);
  }
  reversals.check(findings);
  const { count, stored } = await checkBalances(db, orgId, sheet, findings);
  await checkMonths(db, orgId, findings);
  const trial = trialBalance(stored);
  for (const { currency, differenceMinor } of trial) {
    if (differenceMinor !== 0n)
      findings.add('trial_balance', currency, `debits and credits differ by ${differenceMinor} minor units`);
  }
  return { accounts: accounts.size, journals, steps, balances: count, trialBalance: trial };
}

async function checkAccounts(
  db: Database,
  orgId: string,
  leaves: LeafBook,
  findings: Findings,
): Promise<Map<string, Account>> {
  const accounts = new Map<string, Account>();
  for await (const { id, path, data } of readParsed(db, paths.accounts(orgId), accountSchema, findings)) {
    if (data.id !== id) findings.add('account', path, `calls itself ${data.id}`);
    accounts.set(id, data);
    leaves.place(data.seq, accountLeaf(data, 0), path);
    data.changes.forEach((change, index) =>
      leaves.place(change.seq, accountLeaf(data, index + 1), `${path} (change ${index + 1})`),
    );
    if (!followsItsChanges(data))
      findings.add('account', path, 'is not what its changes made of it: it was changed beside the writer');
  }
  for (const account of accounts.values()) {
    const parent = account.parentId === null ? null : accounts.get(account.parentId);
    const above = parent === null ? [] : [...(parent?.path ?? []), parent?.id];
    const fits = parent !== undefined && account.path.join() === above.join() && account.depth === above.length;
    if (!fits) findings.add('account', paths.account(orgId, account.id), 'does not lie where its parent says');
  }
  return accounts;
}

/** Going through its changes from the first, each finds what the one before left; the last left what is there. */
function followsItsChanges(account: Account): boolean {
  const opened = asOpened(account);
  // Every account is opened open; the leaf of its opening does not say so.
  if (opened.closed || opened.closedOn !== null) return false;
  const replayed: Record<string, unknown> = { ...opened };
  for (const { before, after } of account.changes) {
    for (const [field, value] of Object.entries(before))
      if (canonicalJson(replayed[field] ?? null) !== canonicalJson(value ?? null)) return false;
    if (Object.keys(before).sort().join() !== Object.keys(after).sort().join()) return false;
    Object.assign(replayed, after);
  }
  const { changes } = account;
  return (
    account.version === changes.length + 1 &&
    changes.every(({ seq }, index) => seq > (changes[index - 1]?.seq ?? account.seq)) &&
    canonicalJson({ ...replayed, changes: [] }) === canonicalJson({ ...account, changes: [] })
  );
}

async function checkPeriods(db: Database, orgId: string, leaves: LeafBook, findings: Findings): Promise<void> {
  for await (const { id, path, data } of readParsed(db, paths.periods(orgId), periodSchema, findings)) {
    if (data.id !== id) findings.add('period', path, `calls itself ${data.id}`);
    data.steps.forEach((step, index) =>
      leaves.place(step.seq, periodLeaf(data, index), index === 0 ? path : `${path} (${step.step})`),
    );
    const last = data.steps.at(-1)?.step;
    const state = last === 'opened' || last === 'reopened' ? 'open' : last;
    if (data.state !== state) findings.add('period', path, `says ${data.state}, but was ${last} last`);
    if (data.version !== data.steps.length) findings.add('period', path, 'has another version than steps');
  }
}

/** What is wrong in a journal by itself, or null. Its leaves are checked elsewhere. */
function wrongInJournal(id: string, journal: Journal, accounts: ReadonlyMap<string, Account>): string | null {
  const [first, ...later] = journal.steps;
  if (journal.id !== id) return `calls itself ${journal.id}`;
  if (first === undefined || first.step === 'voided' || first.reason !== null)
    return 'begins with a step that no journal begins with';
  const legal = later.length === 0 || (later.length === 1 && first.step === 'pending' && later[0]?.step !== 'pending');
  if (!legal || later.some((step) => step.seq <= first.seq)) return 'has steps that do not follow from each other';
  if (journal.state !== journal.steps.at(-1)?.step)
    return `says ${journal.state}, but its last step was ${journal.steps.at(-1)?.step}`;
  if (journal.recordedAt !== first.at) return 'has another recorded time than its first step';
  if (journal.accounts.join() !== [...new Set(journal.entries.map((entry) => entry.accountId))].join())
    return 'lists other accounts than its entries';
  if ((journal.reverses ?? journal.revives) !== null && (first.step !== 'posted' || later.length > 0))
    return 'reverses or revives another, and was not simply posted';
  if (journal.steps.some(({ step, routedFrom }) => routedFrom !== null && step !== 'posted'))
    return 'was routed to another day, and not by being posted';
  if (!balanced(journal.entries)) return 'is not balanced';
  for (const { accountId, amountMinor } of journal.entries) {
    if (amountMinor === '0' || amountMinor.startsWith('-')) return 'has an entry that is not positive';
    if (accounts.get(accountId)?.postable !== true) return `has an entry in ${accountId}, which takes none`;
  }
  return null;
}

/** A journal's share in the balances, as the sum of its steps. */
function enter(sheet: BalanceSheet, journal: Journal, accounts: ReadonlyMap<string, Account>): void {
  journal.steps.forEach(({ step, seq, at }, index) => {
    if (index === 0) count(sheet, journal, accounts, 1n, at);
    else if (step === 'voided' && at.slice(0, 10) === journal.recordedAt.slice(0, 10))
      count(sheet, journal, accounts, -1n, at);
    const moves: ['pending' | 'posted', 1n | -1n][] = index > 0 ? [['pending', -1n]] : [];
    if (step !== 'voided') moves.push([step, 1n]);
    for (const [state, sign] of moves) {
      for (const { accountId, currency, side, amountMinor } of journal.entries) {
        const account = accounts.get(accountId) as Account;
        for (const id of [...account.path, accountId]) {
          const one = accounts.get(id);
          if (one !== undefined) sheet.add(one, currency, state, side, sign * BigInt(amountMinor), seq + 1, at);
        }
      }
    }
  });
}

/** Its share in what daily limits count. */
function count(
  sheet: BalanceSheet,
  journal: Journal,
  accounts: ReadonlyMap<string, Account>,
  sign: 1n | -1n,
  at: string,
): void {
  for (const { accountId, currency, side, amountMinor } of journal.entries)
    for (const id of [...(accounts.get(accountId)?.path ?? []), accountId]) {
      const account = accounts.get(id);
      if (account !== undefined) sheet.count(account, currency, side, sign * BigInt(amountMinor), at.slice(0, 10));
    }
}

async function checkBalances(
  db: Database,
  orgId: string,
  sheet: BalanceSheet,
  findings: Findings,
): Promise<{ count: number; stored: Balance[] }> {
  const expected = new Map(
    sheet.changed().map((balance) => [balanceKey(balance.accountId, balance.currency), balance]),
  );
  const stored: Balance[] = [];
  for await (const { id, path, data } of readParsed(db, paths.balances(orgId), balanceSchema, findings)) {
    stored.push(data);
    const right = expected.get(id);
    expected.delete(id);
    if (right === undefined) findings.add('balance', path, 'no journal has an entry there');
    else if (canonicalJson(right) !== canonicalJson(data))
      findings.add('balance', path, `is not the sum of its journals: ${difference(right, data)}`);
  }
  for (const key of expected.keys())
    findings.add('balance', `${paths.balances(orgId)}/${key}`, 'is missing, though journals have entries there');
  return { count: stored.length, stored };
}

function difference(right: Balance, stored: Balance): string {
  const fields = (Object.keys(right) as (keyof Balance)[]).filter((field) => right[field] !== stored[field]);
  return fields.map((field) => `${field} is ${stored[field]}, should be ${right[field]}`).join('; ');
}
