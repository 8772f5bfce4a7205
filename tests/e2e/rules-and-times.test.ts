import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openSeat, type Seat } from '../../scripts/testing/browser.ts';
import { sharedPlatform } from '../../scripts/testing/shared-platform.ts';

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

test('a treasurer pauses an operation with a reason; everybody sees it, and it goes on', async () => {
  const treasurer = await open('treasurer');
  const operator = await open('operator', PHONE);
  await treasurer.page.goto(`${platform.appUrl}/catalogue`);
  await operator.page.goto(`${platform.appUrl}/catalogue`);

  await treasurer.page.getByRole('button', { name: 'Pause Stripe payouts' }).click();
  const pause = treasurer.page.getByRole('button', { name: 'Pause this operation' });
  expect(await pause.isDisabled()).toBe(true);
  await treasurer.page.getByLabel('Reason').fill('The bank tells of an outage');
  await pause.click();
  await operator.page.getByText('“The bank tells of an outage”').waitFor();
  expect(await operator.page.locator('main').innerText()).toMatch(/Paused\s+by Bea Approver/);
  expect(await operator.page.getByRole('button', { name: /Stripe payouts/ }).count()).toBe(0);

  await treasurer.page.getByRole('button', { name: 'Resume Stripe payouts' }).click();
  await treasurer.page.getByLabel('Reason').fill('The bank is back');
  await treasurer.page.getByRole('button', { name: 'Let it go on' }).click();
  await operator.page.getByText('“The bank tells of an outage”').waitFor({ state: 'detached' });
  await expectNarrow(operator.page);
  expect([...treasurer.faults, ...operator.faults]).toEqual([]);
});

test('a schedule shows its next times over a holiday, is made, paused with a reason, and deleted', async () => {
  const treasurer = await open('treasurer');
  const operator = await open('operator', PHONE);
  const name = `E2E days ${Date.now()}`;

  await treasurer.page.goto(`${platform.appUrl}/schedules/calendars`);
  const form = treasurer.page.getByRole('region', { name: 'New calendar' });
  await form.getByLabel('Name').fill(name);
  await form.getByLabel('Time zone').fill('Europe/Zurich');
  await form.getByLabel('Holidays').fill('2030-02-30');
  await form.getByText('2030-02-30 is no day').waitFor();
  await form.getByLabel('Holidays').fill('2199-12-25');
  await treasurer.page.getByRole('button', { name: 'Make this calendar' }).click();
  await treasurer.page.getByRole('heading', { name }).waitFor();

  const { page } = operator;
  await page.goto(`${platform.appUrl}/schedules/new`);
  await page.getByLabel('Name', { exact: true }).fill(`Payouts by ${name}`);
  await page.getByLabel('Operation').selectOption({ label: 'Stripe payouts' });
  await page.getByLabel('Times').fill('0 9 * *');
  await page
    .getByText(/A schedule has five fields .* this has 4/)
    .first()
    .waitFor();
  await page.getByLabel('Times').fill('0 9 * * *');
  await page.getByText('At 09:00, every day').waitFor();
  await page.getByLabel('Time zone').fill('Europe/Zurich');
  await page.getByLabel('Business-day calendar').selectOption({ label: name });
  await page.getByLabel('On a day that is none').selectOption({ label: 'Leave it out' });
  const times = await page.locator('aside li').allInnerTexts();
  expect(times).toHaveLength(5);
  expect(times.every((time) => /^(Mon|Tue|Wed|Thu|Fri), .* 09:00 CES?T$/.test(time))).toBe(true);
  await page.getByRole('button', { name: 'Make this schedule' }).click();
  // The file that it takes is not named yet.
  await page.getByText('Payouts is needed').waitFor();
  expect(page.url()).toMatch(/\/schedules\/new$/);
  await page.getByLabel('Name of the file').fill('no-such-upload.csv');
  await page.getByRole('button', { name: 'Make this schedule' }).click();
  await page.getByText('No file named no-such-upload.csv has been uploaded').waitFor();
  await expectNarrow(page);

  const upload = await uploaded();
  await page.getByLabel('Name of the file').fill(upload);
  await page.getByRole('button', { name: 'Make this schedule' }).click();
  await page.waitForURL(/\/schedules$/);
  const row = treasurer.page.locator('main li').filter({ hasText: `Payouts by ${name}` });
  await treasurer.page.goto(`${platform.appUrl}/schedules`);
  await row.getByText('made by Olivia Operator').waitFor();
  expect(await row.innerText()).toMatch(/Active[^]*At 09:00, every day[^]*next \d+ .* 09:00 CES?T/);

  await row.getByRole('link').click();
  expect(await treasurer.page.getByRole('button', { name: 'Save' }).count()).toBe(0);
  await treasurer.page.getByRole('button', { name: 'Pause…' }).click();
  await treasurer.page.getByLabel('Reason').fill('Not in the holidays');
  await treasurer.page.getByRole('button', { name: 'Pause this schedule' }).click();
  await treasurer.page.getByRole('button', { name: 'Resume' }).waitFor();
  await page
    .locator('main li')
    .filter({ hasText: `Payouts by ${name}` })
    .getByText('Paused')
    .waitFor();
  await treasurer.page.getByRole('button', { name: 'Delete…' }).click();
  await treasurer.page.getByLabel('Reason').fill('Only a test');
  await treasurer.page.getByRole('button', { name: 'Delete this schedule' }).click();
  await page.getByText(`Payouts by ${name}`).waitFor({ state: 'detached' });
  expect(treasurer.faults).toEqual([]);
});

test('rules read as sentences, can be tried, and a proposed change says what it would have meant', async () => {
  const treasurer = await open('treasurer');
  const admin = await open('admin', PHONE);
  const { page } = treasurer;
  await page.goto(`${platform.appUrl}/settings/policy`);
  await page.getByText('When it moves money: signed by 1 approver.').waitFor();
  await page.getByRole('link', { name: 'Propose other rules' }).click();
  await page.getByRole('button', { name: 'Add a rule' }).click();
  await page.getByLabel('Name', { exact: true }).first().fill('Large payments');
  for (const condition of ['Money', 'Amount in all']) {
    await page.getByLabel('Another condition').selectOption({ label: condition });
    await page.getByRole('button', { name: 'Add', exact: true }).click();
  }
  await page.getByText('Holds when it moves money.').waitFor();
  await page.getByLabel('Amount from').fill('1,000');
  await page.getByText('could mean two things').first().waitFor();
  const propose = page.getByRole('button', { name: 'Propose these rules' });
  await page.getByLabel('Amount from').fill('10000');
  await page.getByText('Holds when all of it is at least USD 10,000.00.').waitFor();
  await page.getByRole('button', { name: 'Add a level' }).click();
  await page.getByLabel('Role of level 2').selectOption('auditor');
  await page.getByText('Nobody can give 1 signature').waitFor();
  await page.getByLabel('Role of level 2').selectOption('executive');
  await page.getByText('What Edith Executive asks for, nobody else could sign').first().waitFor();

  // The tester finds the rule that the amount falls under.
  const answer = page.locator('[aria-live=polite]').filter({ hasText: 'Expires after' });
  await page.getByLabel('Operation', { exact: true }).selectOption({ label: 'Stripe payouts' });
  await page.getByLabel('Amount, USD').fill('9999.99');
  await answer.getByText('Signed by 1 approver', { exact: true }).waitFor();
  await page.getByLabel('Amount, USD').fill('10000');
  await answer.getByText('Signed by 1 approver, then 1 executive', { exact: true }).waitFor();

  expect(await propose.isDisabled()).toBe(true);
  await page.getByLabel('Reason').fill('An executive should see large payments');
  await propose.click();
  await page.getByRole('link', { name: 'See the change' }).click();
  await page.getByRole('heading', { name: 'Before and after' }).waitFor();

  await admin.page.goto(page.url());
  const sentence =
    'When it moves money and all of it is at least USD 10,000.00: signed by 1 approver, then 1 executive.';
  await admin.page.getByText(sentence).waitFor();
  await admin.page.getByRole('button', { name: 'Put it into force' }).waitFor();
  await expectNarrow(admin.page);

  // Nobody decides on what they proposed themselves; taken back, it is decided.
  expect(await page.getByRole('button', { name: 'Put it into force' }).count()).toBe(0);
  await page.getByLabel('Reason').fill('Only a test');
  await page.getByRole('button', { name: 'Take it back' }).click();
  await admin.page.getByText('Taken back').waitFor();
  expect([...treasurer.faults, ...admin.faults]).toEqual([]);
});

test('a delegation has an end, is seen by both, and can be ended', async () => {
  const treasurer = await open('treasurer');
  const executive = await open('executive', PHONE);
  await executive.page.goto(`${platform.appUrl}/settings/delegations`);
  const { page } = treasurer;
  await page.goto(`${platform.appUrl}/settings/delegations`);
  await page.getByLabel('Who signs', { exact: true }).selectOption({ label: 'Edith Executive' });
  await page.getByLabel('treasurer').check();
  const reason = `On leave, ${Date.now()}`;
  await page.getByLabel('Reason').fill(reason);
  const delegate = page.getByRole('button', { name: 'Delegate', exact: true });
  expect(await delegate.isDisabled()).toBe(true);
  await page.getByLabel('Until the end of').fill(dayIn(200));
  await page.getByText('A delegation lasts 90 days at most').waitFor();
  await page.getByLabel('Until the end of').fill(dayIn(20));
  await delegate.click();
  const lent = executive.page.getByRole('region', { name: 'For whom you sign' }).getByRole('listitem');
  await lent.filter({ hasText: reason }).waitFor();
  expect(await lent.filter({ hasText: reason }).innerText()).toMatch(/In force[^]*Bea Approver[^]*as treasurer/);
  await expectNarrow(executive.page);

  await lent.filter({ hasText: reason }).getByRole('button', { name: 'End it now' }).click();
  const mine = page.getByRole('region', { name: 'Who signs for you' }).getByRole('listitem');
  await mine.filter({ hasText: reason }).getByText('Ended', { exact: true }).waitFor();
  expect([...treasurer.faults, ...executive.faults]).toEqual([]);
});

test("notifications are a member's own", async () => {
  const { page, faults } = await open('executive');
  await page.getByRole('link', { name: 'Notifications' }).click();
  await page.getByRole('heading', { level: 1, name: 'Notifications' }).waitFor();
  await page.getByText('Nobody has told you anything yet.').waitFor();
  expect(faults).toEqual([]);
});

const open = (role: string, viewport?: { width: number; height: number }): Promise<Seat> =>
  openSeat(browser, platform, role, { stepMs: STEP_MS, ...(viewport && { viewport }) });

/** Uploads a file, by planning it. @returns its name */
async function uploaded(): Promise<string> {
  const { page } = await open('operator');
  const [header = '', first = ''] = (await readFile(sample('payouts.csv'), 'utf8')).trim().split(/\r?\n/);
  const reference = `E2E-SCHEDULE-${Date.now()}`;
  const row = first.replace(/^[^,]*/, reference);
  await page.goto(`${platform.appUrl}/catalogue/stripe-payout`);
  const buffer = Buffer.from(`${header}\n${row}\n`);
  await page.setInputFiles('input[type=file]', { name: `${reference}.csv`, mimeType: 'text/csv', buffer });
  await page.getByRole('button', { name: /^Plan 1 row/ }).click();
  await page.waitForURL(/\/executions\/[0-9a-f]+$/, { timeout: PLAN_MS });
  return `${reference}.csv`;
}

function sample(name: string): string {
  const path = platform.sampleFiles?.find((one) => basename(one) === name);
  if (path === undefined) throw new Error(`the demo organization has no sample file ${name}`);
  return path;
}

/** The page is no wider than the screen. */
async function expectNarrow(page: Page): Promise<void> {
  expect(await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(
    0,
  );
}

function dayIn(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
