import { type Browser, type Page, chromium } from 'playwright-core';

/** What a local browser needs in a container; nothing of it reaches out to the network by itself. */
const ARGS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-dev-shm-usage',
  '--disable-sync',
  '--no-first-run',
];

export interface DemoUser {
  readonly email: string;
  readonly password: string;
}

/** The real Chromium that `CHROMIUM_PATH` names. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM_PATH'];
  if (executablePath === undefined) throw new Error('CHROMIUM_PATH names no browser: run this through npm test');
  return chromium.launch({ executablePath, args: ARGS });
}

/** Faults that the page reports about itself while it is used: uncaught errors and error lines of the console. */
export function watchFaults(page: Page): readonly string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  return faults;
}

/** Sign in as a person does: address, password, button. */
export async function signIn(page: Page, appUrl: string, user: DemoUser): Promise<void> {
  await page.goto(appUrl);
  await page.getByLabel('Email').fill(user.email);
  await page.getByLabel('Password', { exact: true }).fill(user.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
}

export interface Seat {
  readonly page: Page;
  readonly faults: readonly string[];
}

interface DemoPlatform {
  readonly appUrl: string;
  readonly accounts: readonly (DemoUser & { readonly roles: readonly string[] })[];
}

/** Whoever of the demo organization has a role, signed in, in a browser context of his own. */
export async function openSeat(
  browser: Browser,
  { appUrl, accounts }: DemoPlatform,
  role: string,
  { stepMs, viewport = { width: 1440, height: 900 } }: { stepMs: number; viewport?: { width: number; height: number } },
): Promise<Seat> {
  const user = accounts.find(({ roles }) => roles.includes(role));
  if (user === undefined) throw new Error(`the demo organization has no ${role}`);
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  page.setDefaultTimeout(stepMs);
  const faults = watchFaults(page);
  await signIn(page, appUrl, user);
  return { page, faults };
}
