import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { paths } from '@countersign/domain/paths';
import type { AuditEvent } from '@countersign/domain/schemas/audit';
import { deleteApp, initializeApp } from 'firebase-admin/app';
import { getFirestore } from 'firebase-admin/firestore';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openSeat, type Seat } from '../../scripts/testing/browser.ts';
import { sharedPlatform } from '../../scripts/testing/shared-platform.ts';

const STEP_MS = 60_000;
const PACK_MS = 90_000;

let browser: Browser;
const platform = sharedPlatform();
const admin = initializeApp({ projectId: platform.projectId }, 'past-the-server');
const orgId = platform.organizationId ?? '';

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await deleteApp(admin);
});

test('the audit page verifies in the browser, and names an event that was changed behind the server’s back', async () => {
  const { page, faults } = await open('executive');
  await page.goto(`${platform.appUrl}/audit`);
  await page.getByText(/^Everything (sealed|is in order)|wait(s)? for a seal$/).waitFor();
  expect(await verify(page)).toMatch(/^It holds[^]*Signatures were not checked: no key was given/);

  await page.getByText('With a public key and checkpoints of your own').click();
  await page.getByLabel('Public key', { exact: true }).fill(await publicKey());
  await page.getByLabel('Checkpoints', { exact: true }).fill(await newestCheckpoint());
  const vouched = await verify(page);
  expect(vouched).toMatch(/^It holds[^]*1 checkpoint of your own[^]*What this browser saw at its last check/);
  expect(vouched).not.toContain('the end was cut off');

  // The newest in the list, of however many there are.
  await page
    .getByRole('button', { name: /^Event \d+: its place/ })
    .first()
    .click();
  await page.getByRole('link', { name: 'Proof, and everything else about it' }).click();
  await page.getByText(/It is in the tree of \d+ events, at this place/).waitFor();
  await page.getByText('holds, with the public key that this browser remembers').waitFor();
  const [proof] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the proof' }).click(),
  ]);
  expect(await readFile(await proof.path(), 'utf8')).toMatch(
    /^c2sp\.org\/tlog-proof@v1\nindex \d+\n(?:[A-Za-z0-9+/]{43}=\n)*\ncountersign\//,
  );
  await page.goBack();
  await page.getByText('With a public key and checkpoints of your own').click();
  await page.getByLabel('Checkpoints', { exact: true }).fill(await newestCheckpoint());

  const { event, change, putBack } = await eventAt(1);
  try {
    await change({ ...event, body: { ...event.body, at: '2020-01-01T00:00:00.000Z' } });
    const found = await verify(page);
    expect(found).toMatch(/^\d+ things do not hold/);
    expect(found).toContain(
      `The first broken place: Audit log, event ${event.body.id} at place 1 is not what was recorded there`,
    );
    expect(found).toMatch(/your checkpoint 1, of \d+ records, has another root/);

    await change(null);
    expect(await verify(page)).toMatch(/The first broken place: Audit log, place 1 nothing is there any more/);
  } finally {
    await putBack();
  }
  expect(await verify(page)).toMatch(/^It holds/);

  await page.getByLabel('Public key', { exact: true }).fill(`${'A'.repeat(43)}=`);
  expect(await verify(page)).toContain('This is not the public key that this browser remembers');
  expect(faults).toEqual([]);
});

test('an executive has an evidence pack of a day made, and downloads it', async () => {
  const { page, faults } = await open('executive', { width: 390, height: 844 });
  await page.goto(`${platform.appUrl}/evidence`);
  const rows = page.getByRole('region', { name: 'Asked for' }).getByRole('listitem');
  await page.getByRole('button', { name: 'Ask for this pack' }).click();
  await rows.first().getByText('Ready').waitFor({ timeout: PACK_MS });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    rows
      .first()
      .getByRole('button', { name: /^Download evidence/ })
      .click(),
  ]);
  expect(await readFile(await download.path(), 'utf8')).toMatch(/^\{[^\n]*\}\n/);
  expect(faults).toEqual([]);
});

/** Press the button, wait for the end. @returns the result as it reads */
async function verify(page: Page): Promise<string> {
  const button = page.getByRole('button', { name: 'Verify in this browser' });
  const result = page.getByRole('region', { name: 'Result of the check in this browser' });
  await button.click();
  await page.getByRole('button', { name: 'Cancel', exact: true }).waitFor({ state: 'detached' });
  await result.waitFor();
  return (await result.innerText()).replaceAll('\u00a0', ' ');
}

/** One event, and a hand that reaches past the server. */
async function eventAt(seq: number): Promise<{
  event: AuditEvent;
  change: (to: AuditEvent | null) => Promise<void>;
  putBack: () => Promise<void>;
}> {
  const { docs } = await getFirestore(admin).collection(paths.audit(orgId)).where('seq', '==', seq).limit(1).get();
  const [found] = docs;
  if (found === undefined) throw new Error(`there is no event at ${seq}`);
  const event = found.data() as AuditEvent;
  return {
    event,
    change: async (to) => void (await (to === null ? found.ref.delete() : found.ref.set(to))),
    putBack: async () => void (await found.ref.set(event)),
  };
}

async function publicKey(): Promise<string> {
  const folder = platform.env['LOCAL_KEY_DIR'] ?? '';
  return (await readFile(join(folder, 'checkpoint-ed25519.pub'), 'utf8')).trim();
}

async function newestCheckpoint(): Promise<string> {
  const folder = join(platform.env['CHECKPOINT_DIR'] ?? '', orgId, 'audit');
  const newest = (await readdir(folder)).toSorted().at(-1);
  return readFile(join(folder, newest ?? ''), 'utf8');
}

const open = (role: string, viewport?: { width: number; height: number }): Promise<Seat> =>
  openSeat(browser, platform, role, { stepMs: STEP_MS, ...(viewport && { viewport }) });
