import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import Papa from 'papaparse';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharedPlatform } from '../../scripts/testing/shared-platform.ts';
import { type DemoUser, launchBrowser, signIn, watchFaults } from '../../scripts/testing/browser.ts';

const STEP_MS = 30_000;
/** A first plan starts the functions' processes and the sandbox. */
const PLAN_MS = 90_000;
const PHONE = { width: 390, height: 844 };

let browser: Browser;
const platform = sharedPlatform();

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

test('two people pay a file: upload, preview, plan, signature on a phone, results, audit', async () => {
  const operator = await open('operator');
  const approver = await open('approver', PHONE);
  const rows = parseCsv(await readFile(sample('payouts.csv'), 'utf8'));

  // The operator sees what is in the file before anything is sent.
  await operator.page.getByRole('link', { name: 'New run' }).click();
  await operator.page.getByRole('link', { name: 'Run Stripe payouts', exact: true }).click();
  await operator.page.setInputFiles('input[type=file]', sample('payouts.csv'));
  const plan = operator.page.getByRole('button', { name: /^Plan \d+ rows/ });
  await plan.waitFor();
  const preview = operator.page.getByRole('table', { name: 'Rows of the file' });
  expect(await preview.getAttribute('aria-rowcount')).toBe(String(rows.length + 1));
  expect(await plan.innerText()).toContain(`Plan ${rows.length} rows`);

  // The plan, in one sentence, with the very digest that is signed.
  await plan.click();
  await operator.page.waitForURL(/\/executions\/[0-9a-f]+$/, { timeout: PLAN_MS });
  await operator.page.getByText('Waiting 0/1').waitFor({ timeout: PLAN_MS });
  expect(await operator.page.locator('main').innerText()).toContain(`Sends ${rows.length} payouts`);
  await operator.page.getByText('You asked for this run, so somebody else must sign it.').waitFor();
  expect(await operator.page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);
  const executionUrl = operator.page.url();
  const executionId = executionUrl.split('/').at(-1) ?? '';

  // The approver finds it in the inbox, and the button says the effect.
  await approver.page.getByRole('link', { name: /Approvals/ }).click();
  await approver.page.locator(`a[href="/approvals/${executionId}"]`).click();
  const approve = approver.page.getByRole('button', { name: /^Approve .* to \d+ payees$/ });
  await approve.waitFor();
  const label = (await approve.innerText()).replaceAll('\u00a0', ' ');
  for (const [currency, amount] of Object.entries(sums(rows))) expect(label).toContain(`${currency} ${amount}`);
  await approve.click();
  await approver.page.getByText('This request is decided. Nothing is asked of you.').waitFor();

  // The operator sees it done without touching the page, and gets the results.
  await operator.page.getByRole('heading', { name: 'Results' }).waitFor({ timeout: PLAN_MS });
  const main = await operator.page.locator('main').innerText();
  expect(main).toMatch(/Done/);
  expect(main).toMatch(/The ledger agrees with Stripe/);
  const download = operator.page.waitForEvent('download');
  await operator.page.getByRole('button', { name: /^Download results/ }).click();
  const results = parseCsv(await readFile(await (await download).path(), 'utf8'));
  expect(results).toHaveLength(rows.length);
  expect(new Set(results.map((row) => row['reference']))).toEqual(new Set(rows.map((row) => row['reference'])));
  expect(new Set(results.map((row) => row['status']))).toEqual(new Set(['paid']));
  expect(results.every((row) => /^po_\w+$/.test(row['payout id'] ?? ''))).toBe(true);
  expect(new Set(results.map((row) => row['payout id'])).size).toBe(rows.length);

  // The executive reads the whole story.
  const executive = await open('executive');
  await executive.page.getByRole('link', { name: 'Audit' }).click();
  await executive.page.goto(`${platform.appUrl}/audit?execution=${executionId}`);
  await executive.page.getByText('finished the run').waitFor();
  const story = await executive.page.locator('main ol').first().innerText();
  expect(story).toContain('Olivia Operator asked for a run of Stripe payouts');
  expect(story).toContain('Amir Approver signed the plan');
  expect(story).toContain(`finished the run: ${rows.length} done`);

  expect([...operator.faults, ...approver.faults, ...executive.faults]).toEqual([]);
});

test('a file with mistakes is explained before it is sent, and a broken one can not be sent', async () => {
  const { page, faults } = await open('operator');
  await page.getByRole('link', { name: 'New run' }).click();
  await page.getByRole('link', { name: 'Run Stripe payouts', exact: true }).click();

  await page.setInputFiles('input[type=file]', sample('payouts-with-problems.csv'));
  await page.getByRole('list', { name: 'Repairs' }).waitFor();
  const repairs = await page.locator('main').innerText();
  expect(repairs).toContain('is in scientific notation');
  expect(repairs).toContain('Left out');
  expect(await page.getByLabel('Only rows with errors').isChecked()).toBe(true);

  await page.setInputFiles('input[type=file]', sample('refused-missing-column.csv'));
  await page.getByText("This file can't be used as it is").waitFor();
  expect(await page.locator('main').innerText()).toMatch(/Line 1, column \w+/);
  expect(await page.getByRole('button', { name: 'Make the plan' }).isDisabled()).toBe(true);
  expect(faults).toEqual([]);
});

test('a wrong password is refused in words, and a role that may not read a page is told so', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(platform.appUrl);
  await page.getByLabel('Email').fill(account('operator').email);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('Email and password do not match an account.').waitFor();
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Sign in');

  const operator = await open('operator');
  await operator.page.goto(`${platform.appUrl}/audit`);
  await operator.page.getByText('Your role may not read the audit log').waitFor();
  expect(await operator.page.locator('main ol').count()).toBe(0);
  await operator.page.goto(`${platform.appUrl}/no/such/page`);
  await operator.page.getByText('There is no such page').waitFor();
});

test('a bank account that changes after the plan stops the run; a rejection needs its reason, and sends nothing', async () => {
  const [row] = parseCsv(await readFile(sample('payouts.csv'), 'utf8')).filter(({ currency }) => currency === 'USD');
  const account = row?.['account'] ?? '';
  const before = await stripeAccount(account);
  const operator = await open('operator');
  const approver = await open('approver', PHONE);

  const drifting = await planOne(operator.page, `E2E-DRIFT-${Date.now()}`, account);
  await approver.page.goto(drifting.replace('/executions/', '/approvals/'));
  await approver.page.getByRole('button', { name: /^Approve/ }).waitFor();
  await changeBank(account, { currency: 'usd', bankName: 'Another Bank', last4: '0042' });
  await approver.page.getByRole('button', { name: /^Approve/ }).click();
  for (const { page } of [operator, approver]) {
    await page.getByText('Stopped (drift)').first().waitFor();
    const said = (await page.locator('main').innerText()).replaceAll('\u00a0', ' ');
    expect(said).toContain(`signed was ${before.bank}, found is Another Bank ••0042`);
  }
  await operator.page.getByText('Nothing was done.').waitFor();

  const unwanted = await planOne(operator.page, `E2E-REJECT-${Date.now()}`, account);
  await approver.page.goto(unwanted.replace('/executions/', '/approvals/'));
  await approver.page.getByRole('button', { name: 'Reject…' }).click();
  const reject = approver.page.getByRole('button', { name: 'Reject this plan' });
  expect(await reject.isDisabled()).toBe(true);
  await approver.page.getByLabel('Reason for rejecting').fill('The seller asked for another amount');
  await reject.click();
  await approver.page.getByText('This request is decided. Nothing is asked of you.').waitFor();
  await operator.page.getByText('Nothing was done.').waitFor();
  expect(await operator.page.locator('main').innerText()).toContain('“The seller asked for another amount”');

  expect((await stripeAccount(account)).payouts).toBe(before.payouts);
  expect([...operator.faults, ...approver.faults]).toEqual([]);
});

interface Seat {
  readonly page: Page;
  readonly faults: readonly string[];
}

/** A signed-in person in a browser context of his own. */
async function open(role: string, viewport = { width: 1440, height: 900 }): Promise<Seat> {
  const context = await browser.newContext({ viewport, acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_MS);
  const faults = watchFaults(page);
  await signIn(page, platform.appUrl, account(role));
  return { page, faults };
}

/** Plans one small payout; returns the address of its execution. */
async function planOne(page: Page, reference: string, account: string): Promise<string> {
  await page.goto(`${platform.appUrl}/catalogue`);
  await page.getByRole('link', { name: 'Run Stripe payouts', exact: true }).click();
  const text = `reference,account,amount,currency,description\n${reference},${account},1.00,USD,One payout\n`;
  await page.setInputFiles('input[type=file]', {
    name: `${reference}.csv`,
    mimeType: 'text/csv',
    buffer: Buffer.from(text),
  });
  await page.getByRole('button', { name: /^Plan 1 row/ }).click();
  await page.waitForURL(/\/executions\/[0-9a-f]+$/, { timeout: PLAN_MS });
  await page.getByText('Waiting 0/1').waitFor({ timeout: PLAN_MS });
  return page.url();
}

interface StripeDump {
  accounts: { id: string; externalAccounts: { bankName: string; last4: string }[] }[];
  payouts: { account: string }[];
}

/** What the local Stripe itself knows of an account: its bank, and how many payouts left it. */
async function stripeAccount(id: string): Promise<{ bank: string; payouts: number }> {
  const { accounts, payouts } = (await (await fetch(stripeUrl('dump'))).json()) as StripeDump;
  const [bank] = accounts.find((account) => account.id === id)?.externalAccounts ?? [];
  if (!bank) throw new Error(`the local Stripe shows no bank account of ${id}`);
  return {
    bank: `${bank.bankName} ••${bank.last4}`,
    payouts: payouts.filter(({ account }) => account === id).length,
  };
}

async function changeBank(id: string, bank: Record<string, string>): Promise<void> {
  const response = await fetch(stripeUrl(`accounts/${id}`), {
    method: 'POST',
    body: JSON.stringify({ externalAccounts: [bank] }),
  });
  if (!response.ok) throw new Error(`the local Stripe did not change ${id}: ${await response.text()}`);
}

function stripeUrl(path: string): string {
  return `${platform.env['STRIPE_API_BASE'] ?? ''}/__local/${path}`;
}

function account(role: string): DemoUser {
  const found = platform.accounts.find(({ roles }) => roles.includes(role));
  if (!found) throw new Error(`the demo organization has no ${role}`);
  return found;
}

function sample(name: string): string {
  const found = platform.sampleFiles?.find((path) => basename(path) === name);
  if (found === undefined) throw new Error(`the seed made no ${name}`);
  return found;
}

function parseCsv(text: string): Record<string, string>[] {
  return Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true }).data;
}

/** Sums per currency as the button writes them; worked out here from the text alone, without the product's money code. */
function sums(rows: readonly Record<string, string>[]): Record<string, string> {
  const totals = new Map<string, { units: bigint; decimals: number }>();
  for (const { currency = '', amount = '' } of rows) {
    const decimals = amount.split('.')[1]?.length ?? 0;
    const before = totals.get(currency) ?? { units: 0n, decimals };
    expect(before.decimals).toBe(decimals);
    totals.set(currency, { units: before.units + BigInt(amount.replace('.', '')), decimals });
  }
  return Object.fromEntries(
    [...totals].map(([currency, { units, decimals }]) => {
      const digits = units.toString().padStart(decimals + 1, '0');
      const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ',');
      return [currency, decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`];
    }),
  );
}
