/** `npm run screenshots`: plays the main job on a platform of its own and takes the pictures of the README. */
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { ROOT } from './local/run-folder.ts';
import { seedPlatform } from './local/seed.ts';
import type { SeedResult } from './local/seed-runner.ts';
import { startPlatform } from './platform.ts';
import { launchBrowser, signIn } from './testing/browser.ts';

const IMAGES = join(ROOT, 'docs', 'images');
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const PLAN_MS = 120_000;
/** Until live figures and fonts have settled. */
const SETTLE_MS = 1_200;

const platform = await startPlatform({
  ports: 'free',
  // So that the picture of the audit page shows what the check found: it comes an hour after the organization else.
  env: { CHECK_EVERY_MS: '20000' },
  onStep: (name, ms) => console.log(`${name}: ${(ms / 1000).toFixed(1)} s`),
});
let browser: Browser | undefined;
try {
  const seeded = await seedPlatform(platform.env);
  await platform.setDemoAccounts(seeded.accounts);
  await mkdir(IMAGES, { recursive: true });
  browser = await launchBrowser();
  await play(browser, seeded);
} finally {
  await browser?.close();
  await platform.stop();
}

async function play(chromium: Browser, seeded: SeedResult): Promise<void> {
  const sample = (name: string): string => seeded.sampleFiles.find((path) => basename(path) === name) ?? name;
  const open = async (role: string, look: Look = {}): Promise<Page> => {
    const account = seeded.accounts.find(({ roles }) => (roles as readonly string[]).includes(role));
    if (!account) throw new Error(`the demo organization has no ${role}`);
    const phone = look.phone === true;
    const context = await chromium.newContext({
      viewport: phone ? PHONE : DESK,
      deviceScaleFactor: phone ? 2 : 1,
      isMobile: phone,
      hasTouch: phone,
      colorScheme: look.dark === true ? 'dark' : 'light',
    });
    const page = await context.newPage();
    await signIn(page, platform.appUrl, account);
    return page;
  };

  const operator = await open('operator');
  await chooseFile(operator, sample('payouts-with-problems.csv'));
  await operator.getByRole('list', { name: 'Repairs' }).waitFor();
  await picture(operator, 'preview');

  await chooseFile(operator, sample('payouts.csv'));
  await operator.getByRole('button', { name: /^Plan \d+ rows/ }).click();
  await operator.waitForURL(/\/executions\//, { timeout: PLAN_MS });
  await operator.getByText('Waiting 0/1').waitFor({ timeout: PLAN_MS });
  const executionUrl = operator.url();

  const approver = await open('approver');
  await approver.goto(executionUrl);
  await approver.getByRole('button', { name: /^Approve/ }).waitFor();
  await picture(approver, 'plan');

  const night = await open('approver', { dark: true });
  await night.goto(executionUrl);
  await night.getByRole('button', { name: /^Approve/ }).waitFor();
  await picture(night, 'plan-dark');

  const onPhone = await open('approver', { phone: true });
  await onPhone.goto(executionUrl.replace('/executions/', '/approvals/'));
  await onPhone.getByRole('button', { name: /^Approve/ }).waitFor();
  await picture(onPhone, 'approval-phone');
  await onPhone.getByRole('button', { name: /^Approve/ }).click();

  await operator.getByRole('heading', { name: 'Results' }).waitFor({ timeout: PLAN_MS });
  await picture(operator, 'done');
  await operator.goto(`${executionUrl}?tab=rows`);
  await operator.getByRole('table', { name: 'Payouts' }).waitFor();
  await picture(operator, 'payouts');

  const executive = await open('executive');
  await executive.goto(`${platform.appUrl}/audit`);
  await executive.getByText('finished the run').waitFor();
  await executive.getByText('Everything is in order').waitFor({ timeout: PLAN_MS });
  await picture(executive, 'audit');
  await executive.goto(`${platform.appUrl}/ledger`);
  await executive.getByRole('button', { name: 'Assets' }).click();
  await picture(executive, 'ledger');
}

interface Look {
  readonly phone?: boolean;
  readonly dark?: boolean;
}

async function chooseFile(page: Page, path: string): Promise<void> {
  await page.goto(`${platform.appUrl}/catalogue`);
  await page.getByRole('link', { name: 'Run Stripe payouts', exact: true }).click();
  await page.setInputFiles('input[type=file]', path);
}

async function picture(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
  console.log(`docs/images/${name}.png`);
}
