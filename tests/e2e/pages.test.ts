import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DemoUser, launchBrowser, signIn, watchFaults } from '../../scripts/testing/browser.ts';
import { sharedPlatform } from '../../scripts/testing/shared-platform.ts';

/** Pages that need no document of their own, by somebody whose they are; the large tables of the ledger have tests of their own. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  operator: [
    '/',
    '/catalogue',
    '/catalogue/stripe-payout',
    '/executions',
    '/schedules',
    '/schedules/calendars',
    '/files',
  ],
  approver: ['/approvals', '/notifications', '/unknown', '/changes', '/more', '/stop'],
  executive: ['/audit', '/audit/events/0', '/audit?document=policies%2Fpayments', '/evidence'],
  treasurer: ['/ledger/periods', '/settings/delegations'],
  admin: [
    '/settings',
    '/settings/members',
    '/settings/policy',
    '/settings/policy/payments',
    '/settings/plugins',
    '/settings/rates',
    '/settings/record-types',
    '/settings/retention',
  ],
};
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const STEP_MS = 30_000;
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

let browser: Browser;
let axe: string;
const platform = sharedPlatform();

beforeAll(async () => {
  browser = await launchBrowser();
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
});
afterAll(async () => {
  await browser.close();
});

describe.each(Object.entries(PAGES))('pages of the %s', (role, paths) => {
  test('have one heading, fit a phone, break no rule of accessibility in both schemes, and report no fault', async () => {
    const { page, faults } = await open(role);
    const wrong: string[] = [];
    for (const path of paths) {
      await page.setViewportSize(DESK);
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(`${platform.appUrl}${path}`);
      await page.locator('main h1').first().waitFor();
      await page.waitForFunction(`document.querySelector('main [aria-label=Loading]') === null`);
      if ((await page.locator('h1').count()) !== 1) wrong.push(`${path}: not one heading`);
      wrong.push(...(await rulesBroken(page, `${path}, light`)));
      await page.setViewportSize(PHONE);
      await page.emulateMedia({ colorScheme: 'dark' });
      const widest = await page.evaluate<number>('document.documentElement.scrollWidth');
      if (widest > PHONE.width) wrong.push(`${path}: ${widest} px wide on a phone`);
      wrong.push(...(await rulesBroken(page, `${path}, dark, on a phone`)));
    }
    expect(wrong).toEqual([]);
    expect(faults).toEqual([]);
  });
});

interface AxeRun {
  violations: { id: string; nodes: { target: string[] }[] }[];
}

async function rulesBroken(page: Page, where: string): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeRun>(`axe.run(document, { runOnly: ${JSON.stringify(RULES)} })`);
  return violations.map(
    ({ id, nodes }) => `${where}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  );
}

async function open(role: string): Promise<{ readonly page: Page; readonly faults: readonly string[] }> {
  // The page's own policy forbids scripts from elsewhere, axe among them.
  const context = await browser.newContext({ viewport: DESK, bypassCSP: true });
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_MS);
  const faults = watchFaults(page);
  const found = platform.accounts.find(({ roles }) => roles.includes(role)) as DemoUser | undefined;
  if (!found) throw new Error(`the demo organization has no ${role}`);
  await signIn(page, platform.appUrl, found);
  return { page, faults };
}
