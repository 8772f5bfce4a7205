import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openSeat, type Seat } from '../../scripts/testing/browser.ts';
import { sharedPlatform } from '../../scripts/testing/shared-platform.ts';

const STEP_MS = 30_000;
/** A statement's first reading starts a process. */
const STATEMENT_MS = 90_000;

let browser: Browser;
const platform = sharedPlatform();

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

/** A year that is over: nothing else on this platform is booked for its days. */
const year = String(new Date().getUTCFullYear() - 1);

test('a treasurer opens a chart and periods, and the trial balance says zero', async () => {
  const { page, faults } = await open('treasurer');

  // What would be opened stands there first; the accounts of the demo are there already, and stay.
  await page.goto(`${platform.appUrl}/ledger`);
  await page.getByRole('link', { name: 'Open accounts…' }).click();
  await page.getByLabel('Chart', { exact: true }).selectOption('Marketplace payouts');
  await page.getByRole('button', { name: 'See what would be opened' }).click();
  await page.getByText(/accounts would be opened; \d+ accounts are there already/).waitFor();
  await page.getByRole('button', { name: /^Open \d+ accounts$/ }).click();
  await page.getByText(/accounts are being opened/).waitFor();
  await page.getByRole('link', { name: 'See the ledger' }).click();
  await page.getByRole('button', { name: 'Liabilities: accounts below' }).click();
  const tree = page.getByRole('treegrid', { name: 'Accounts' });
  await tree.getByRole('link', { name: 'Reserve for disputes' }).waitFor();
  expect(await tree.getByRole('row', { name: /Reserve for disputes/ }).innerText()).toContain('never below zero');

  // The same chart again opens nothing.
  await page.goto(`${platform.appUrl}/ledger/open-accounts`);
  await page.getByRole('button', { name: 'See what would be opened' }).click();
  await page.getByText(/^Nothing would be opened/).waitFor();

  await page.getByRole('link', { name: 'Ledger', exact: true }).first().click();
  await page.getByRole('link', { name: 'Periods' }).click();
  await page.getByLabel('Year').fill(year);
  await page.getByRole('button', { name: 'Open 12 periods' }).click();
  await page.getByText('12 periods opened.').waitFor();

  // Exactly zero, in each currency, at a day that one chooses.
  await page.getByRole('link', { name: 'Trial balance', exact: true }).click();
  const checks = page.getByRole('list', { name: 'Checks' });
  await checks
    .getByText('USD: debits and credits are equal; the difference is exactly zero')
    .waitFor({ timeout: STATEMENT_MS });
  // Without the accounts of a thousand sellers, the whole of it is on one page.
  await page.getByLabel('Levels').selectOption('Down to level 1');
  const total = page.getByRole('table', { name: /Trial balance/ }).getByRole('row', { name: /^Total USD/ });
  const [, , debit, credit] = (await total.innerText()).split(/\t/);
  expect(debit).toMatch(/^[\d,]+\.\d\d$/);
  expect(credit).toBe(debit);
  await page.getByLabel('At the end of', { exact: true }).fill(`${year}-01-31`);
  await page.getByText(`Trial balance at 31 January ${year}`).waitFor({ timeout: STATEMENT_MS });
  await page.getByText('Nothing is booked that this statement would show.').waitFor();
  expect(faults).toEqual([]);
});

test('a period is closed by two, who have its checklist in sight', async () => {
  const treasurer = await open('treasurer');
  const { page } = treasurer;
  await page.goto(`${platform.appUrl}/ledger`);
  await page.getByRole('link', { name: 'Periods' }).click();
  await page.getByRole('button', { name: `Checklist of ${year}-01` }).click();
  await page
    .getByRole('list', { name: 'Closing checklist' })
    .getByText('Nothing lies in suspense')
    .waitFor({ timeout: STATEMENT_MS });
  await page.getByRole('button', { name: `Checklist of ${year}-01` }).click();
  await page.getByRole('button', { name: `Close ${year}-01` }).click();
  await page.getByLabel('Reason').fill('January is complete');
  await page.getByRole('button', { name: `Propose to close ${year}-01` }).click();
  const checklist = page.getByRole('list', { name: 'Closing checklist' });
  await checklist
    .getByText(new RegExp(`The trial balance at ${year}-01-31 is exactly zero`))
    .waitFor({ timeout: STATEMENT_MS });
  const proposal = await page
    .getByRole('link', { name: new RegExp(`closes the period ${year}-01`) })
    .getAttribute('href');

  const executive = await open('executive', { width: 390, height: 844 });
  await executive.page.goto(`${platform.appUrl}${proposal ?? ''}`);
  await executive.page.getByRole('list', { name: 'Closing checklist' }).waitFor();
  await executive.page.getByLabel('Reason').fill('Nothing is missing');
  await executive.page.getByRole('button', { name: 'Put it into force' }).click();
  await page.getByText(`Every day up to ${year}-01-31 is closed`).waitFor();
  await page.getByRole('button', { name: `Reopen ${year}-01` }).waitFor();
  await page.getByRole('button', { name: `Close ${year}-02` }).waitFor();

  expect([...treasurer.faults, ...executive.faults]).toEqual([]);
});

test('the pages of the ledger are no wider than a phone, and an account leads to its journals', async () => {
  const { page, faults } = await open('executive', { width: 390, height: 844 });
  for (const path of [
    '',
    '/accounts/opening-balances',
    '/trial-balance?level=1',
    '/statements?level=1',
    '/periods',
    '/alerts',
    '/open-accounts',
    '?find=opening',
  ]) {
    await page.goto(`${platform.appUrl}/ledger${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached', timeout: STATEMENT_MS });
    expect(
      await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth'),
      path,
    ).toBeLessThanOrEqual(0);
  }
  await page.goto(`${platform.appUrl}/ledger/accounts/opening-balances`);
  await page.locator('main a[href^="/ledger/journals/"]').first().click();
  await page
    .getByRole('table', { name: 'Entries of this journal' })
    .getByText('Both sides are equal')
    .first()
    .waitFor();
  await page.getByRole('table', { name: 'Steps of this journal' }).getByText('Posted').waitFor();
  expect(faults).toEqual([]);
});

test('arrow keys open the tree, an account is found by typing, its register is narrowed and taken out, a journal is proven', async () => {
  const { page, faults } = await open('executive');
  await page.goto(`${platform.appUrl}/ledger`);
  const tree = page.getByRole('treegrid', { name: 'Accounts' });
  await tree.getByRole('link', { name: 'Assets', exact: true }).focus();
  await page.keyboard.press('ArrowRight');
  await tree.getByRole('link', { name: 'Bank accounts' }).waitFor();
  await page.keyboard.press('ArrowRight');
  expect(await page.evaluate<string>('document.activeElement.textContent')).toBe('Bank accounts');
  await page.keyboard.press('ArrowLeft');
  expect(await page.evaluate<string>('document.activeElement.textContent')).toBe('Assets');
  // What stands open is in the address: coming back finds it so.
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Assets' }).waitFor();
  await page.goBack();
  await tree.getByRole('link', { name: 'Bank accounts' }).waitFor();
  await page.getByRole('button', { name: 'Collapse all' }).click();
  await tree.getByRole('link', { name: 'Bank accounts' }).waitFor({ state: 'detached' });

  await page.getByLabel('Find an account').fill('equity opening');
  const found = page.getByRole('table', { name: 'Accounts found' });
  await found.getByRole('link', { name: 'Opening balances' }).click();
  await page.getByRole('heading', { level: 1, name: 'Opening balances' }).waitFor();

  // The file has what is shown, and no more.
  const rows = page.getByRole('group', { name: /^Register/ }).locator('tbody tr');
  await rows.first().waitFor();
  const all = await rows.count();
  const [amount] = (await rows.first().innerText()).match(/[\d,]+\.\d\d/) ?? [];
  await page.getByLabel('Find in these').fill(amount ?? '');
  await expect.poll(() => rows.count()).toBeLessThan(all);
  const shown = await rows.count();
  expect(shown).toBeGreaterThan(0);
  await page.getByText(new RegExp(`^${shown} of (all|the newest 50) journals$`)).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download what is shown (CSV)' }).click(),
  ]);
  const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
  expect(lines).toHaveLength(shown + 1);
  expect(lines[1]).toContain((amount ?? '').replaceAll(',', ''));

  await rows.first().getByRole('link').first().click();
  await page.getByRole('button', { name: 'Prove that it is in there' }).click();
  await page.getByText(/^It is in the tree of [\d,]+ entries, just as it is shown here$/).waitFor();
  expect(faults).toEqual([]);
});

const open = (role: string, viewport?: { width: number; height: number }): Promise<Seat> =>
  openSeat(browser, platform, role, { stepMs: STEP_MS, ...(viewport && { viewport }) });
