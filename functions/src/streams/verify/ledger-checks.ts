import { BalanceSheet, balanceKey } from '@countersign/domain/ledger/balance-sheet';
import { trialBalance, type TrialBalanceRow } from '@countersign/domain/ledger/balanced';
import { accountLeaf, asOpened, journalLeaf, periodLeaf } from '@countersign/domain/ledger/leaf';
import { canonicalJson } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import { accountSchema, balanceSchema, type Account, type Balance } from '@countersign/domain/schemas/account';
import { journalSchema, type Journal } from '@countersign/domain/schemas/journal';
import { periodSchema, type Period } from '@countersign/domain/schemas/period';
import type { Database } from '../../store/database.ts';
import type { Findings } from './findings.ts';
import { movesOf, wrongInJournal } from './journal-checks.ts';
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
    if (!liesUnder(account, account.parentId === null ? null : accounts.get(account.parentId)))
      findings.add('account', paths.account(orgId, account.id), 'does not lie where its parent says');
  }
  return accounts;
}

/** @param parent null for one without, undefined for one that is not there */
export function liesUnder(account: Account, parent: Account | null | undefined): boolean {
  const above = parent === null ? [] : [...(parent?.path ?? []), parent?.id];
  return parent !== undefined && account.path.join() === above.join() && account.depth === above.length;
}

/** Going through its changes from the first, each finds what the one before left; the last left what is there. */
export function followsItsChanges(account: Account): boolean {
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
    for (const wrong of wrongInPeriod(data)) findings.add('period', path, wrong);
  }
}

export function wrongInPeriod({ steps, state, version }: Period): string[] {
  const last = steps.at(-1)?.step;
  const right = last === 'opened' || last === 'reopened' ? 'open' : last;
  return [
    ...(state === right ? [] : [`says ${state}, but was ${last} last`]),
    ...(version === steps.length ? [] : ['has another version than steps']),
  ];
}

/** A journal's share in the balances. */
function enter(sheet: BalanceSheet, journal: Journal, accounts: ReadonlyMap<string, Account>): void {
  for (const { account, currency, side, amount, of, seq, at } of movesOf(journal, accounts)) {
    if (of === 'day') sheet.count(account, currency, side, amount, at.slice(0, 10));
    else sheet.add(account, currency, of, side, amount, seq + 1, at);
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

export function difference(right: Balance, stored: Balance): string {
  const fields = (Object.keys(right) as (keyof Balance)[]).filter((field) => right[field] !== stored[field]);
  return fields.map((field) => `${field} is ${stored[field]}, should be ${right[field]}`).join('; ');
}
