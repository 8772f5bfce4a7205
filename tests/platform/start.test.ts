import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busyPorts } from '../../scripts/local/ports.ts';
import { markedProcesses, signal } from '../../scripts/local/processes.ts';
import { NpmStart, freePortOffset } from './npm-start.ts';

const SECOND_START_LIMIT_MS = 25_000;
const GONE_LIMIT_MS = 30_000;

/** In this order: each test finds what the one before left behind. */
describe('npm start', () => {
  let stateDir: string;
  let offset: number;
  let current: NpmStart | undefined;

  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'npm-start-'));
    offset = await freePortOffset();
  });
  afterAll(async () => {
    current?.launcher.kill('SIGTERM');
    await current?.ended;
    await rm(stateDir, { recursive: true, force: true });
  });

  const start = (...args: string[]): NpmStart => (current = new NpmStart(stateDir, offset, args));
  const platformFile = (): string => join(stateDir, 'platform.json');
  const organization = async (host: string | undefined, projectId: string): Promise<number> => {
    const url = `http://${host}/v1/projects/${projectId}/databases/(default)/documents/orgs/northwind`;
    return (await fetch(url, { headers: { authorization: 'Bearer owner' } })).status;
  };

  test('the first one seeds, prints the address and the sign-in names, and ends with a signal', async () => {
    const run = start();
    const info = await run.up();
    expect(run.output).toContain('demo organization');
    expect(run.output).toContain(info.appUrl);
    for (const account of info.accounts) expect(run.output).toContain(account.email);
    expect(info.accounts.length).toBeGreaterThanOrEqual(5);
    expect(await organization(info.env['FIRESTORE_EMULATOR_HOST'], info.projectId)).toBe(200);
    const page = await fetch(info.appUrl);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<div id="root"');

    const second = new NpmStart(stateDir, offset);
    expect(await second.ended).toBe(1);
    expect(second.output).toContain(`running already from this folder (process ${info.pid})`);

    run.launcher.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    expect(run.output).toContain('data kept');
    expect(await markedProcesses(run.runId)).toEqual([]);
    expect(await busyPorts(info.ports)).toEqual([]);
    expect(existsSync(platformFile())).toBe(false);
  });

  test('the second one is quick and finds the data', async () => {
    const begun = performance.now();
    const run = start();
    const info = await run.up();
    // Somebody may have edited a source since the first: that build is not part of a second start.
    const buildMs = 1_000 * Number(/✓ build\s+([\d.]+) s/.exec(run.output)?.[1] ?? 0);
    expect(performance.now() - begun - buildMs, run.output).toBeLessThan(SECOND_START_LIMIT_MS);
    expect(run.output).not.toContain('demo organization');
    expect(info.organizationId).toBe('northwind');
    expect(await organization(info.env['FIRESTORE_EMULATOR_HOST'], info.projectId)).toBe(200);
  });

  test('killed without mercy it writes its data all the same, and leaves nothing', async () => {
    const run = current!;
    const info = JSON.parse(await readFile(platformFile(), 'utf8')) as { pid: number; ports: never };
    signal(info.pid, 'SIGKILL');
    await run.ended;
    await expect.poll(() => markedProcesses(run.runId), { timeout: GONE_LIMIT_MS }).toEqual([]);
    expect(await busyPorts(info.ports)).toEqual([]);
    expect(existsSync(join(stateDir, 'data', 'running'))).toBe(false);
  });

  test('when the emulators are killed it says so, and the next start has the data from before', async () => {
    const run = start();
    await run.up();
    expect(run.output).not.toContain('the last run was killed');
    for (const pid of await markedProcesses(run.runId)) signal(pid, 'SIGKILL');
    expect(await run.ended).toBe(1);
    expect(run.output).toMatch(/ended/);

    const next = start();
    const info = await next.up();
    expect(next.output).toContain('the last run was killed');
    expect(await organization(info.env['FIRESTORE_EMULATOR_HOST'], info.projectId)).toBe(200);
    next.launcher.kill('SIGTERM');
    expect(await next.ended).toBe(0);
  });

  test('--fresh begins again', async () => {
    const run = start('--fresh');
    await run.up();
    expect(run.output).toContain('demo organization');
    run.launcher.kill('SIGINT');
    expect(await run.ended).toBe(0);
    current = undefined;
  });

  test('an unknown option is refused with the usage', async () => {
    const run = new NpmStart(stateDir, offset, ['--frsh']);
    expect(await run.ended).toBe(1);
    expect(run.output).toContain('npm start -- [--fresh]');
  });
});
