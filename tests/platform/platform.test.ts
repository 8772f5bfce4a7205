import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busyPorts } from '../../scripts/local/ports.ts';
import { isAlive, markedProcesses } from '../../scripts/local/processes.ts';
import { startPlatform, type Platform } from '../../scripts/platform.ts';
import { Clients } from './clients.ts';
import { tinyFunctions } from './tiny-functions.ts';

const SOON_MS = 20_000;

describe('a platform with free ports', () => {
  let platform: Platform;
  let clients: Clients;

  beforeAll(async () => {
    platform = await startPlatform({
      ports: 'free',
      functionsSource: await tinyFunctions(),
      env: { LEASE_MS: '1234' },
      clock: false,
    });
    clients = new Clients(platform);
  });
  afterAll(async () => {
    await platform.stop();
  });

  test('the functions get the environment', async () => {
    const names = [
      'LEASE_MS',
      'STRIPE_API_BASE',
      'STRIPE_SECRET_KEY',
      'FIRESTORE_EMULATOR_HOST',
      'GCLOUD_PROJECT',
      'CHECKPOINT_DIR',
    ];
    const response = await fetch(`${platform.functionsUrl}/environment?names=${names.join()}`);
    const expected = Object.fromEntries(names.map((name) => [name, platform.env[name]]));
    expect(await response.json()).toEqual(expected);
    expect(expected['LEASE_MS']).toBe('1234');
  });

  test('a document wakes a function, which enqueues a task, which wakes another', async () => {
    await clients.setDocument('things/one', { a: { stringValue: 'b' } });
    await expect
      .poll(() => clients.getDocument('seen/document'), { timeout: SOON_MS })
      .toEqual({ id: { stringValue: 'one' } });
    await expect
      .poll(() => clients.getDocument('seen/task'), { timeout: SOON_MS })
      .toEqual({ id: { stringValue: 'one' } });
  });

  test('an upload wakes a function', async () => {
    expect(await clients.upload('free/of/rules.csv', 'a,b', 'text/csv', 'owner')).toBe(200);
    await expect
      .poll(() => clients.getDocument('seen/object'), { timeout: SOON_MS })
      .toEqual({ name: { stringValue: 'free/of/rules.csv' } });
  });

  test('the local Stripe answers', async () => {
    const response = await fetch(`${platform.env['STRIPE_API_BASE']}/__local/health`);
    expect(response.status).toBe(200);
  });

  test('the web app is told where everything is, and other paths lead to it', async () => {
    await platform.setDemoAccounts([{ email: 'a@example.com', password: 'p', name: 'A', roles: ['operator'] }]);
    const config = (await (await fetch(`${platform.appUrl}/config.json`)).json()) as Record<string, unknown>;
    expect(config).toMatchObject({
      projectId: platform.projectId,
      emulators: { firestore: { host: '127.0.0.1', port: platform.ports.firestore } },
      demoAccounts: [{ email: 'a@example.com' }],
    });
    const page = await fetch(`${platform.appUrl}/`);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain(`http://127.0.0.1:${platform.ports.firestore}`);
  });

  test('storage.rules hold: an operator uploads to his organization, nobody else does', async () => {
    const operator = await clients.signUp('operator@example.com');
    const viewer = await clients.signUp('viewer@example.com');
    const foreigner = await clients.signUp('foreigner@example.com');
    for (const [uid, role] of [
      [operator.uid, 'operator'],
      [viewer.uid, 'viewer'],
    ]) {
      await clients.setDocument(`orgs/acme/members/${uid}`, {
        active: { booleanValue: true },
        roles: { arrayValue: { values: [{ stringValue: role }] } },
      });
    }
    const upload = (who: { uid: string; token: string }, name = 'payouts.csv', type = 'text/csv'): Promise<number> =>
      clients.upload(`orgs/acme/uploads/${who.uid}/upload-0001/${name}`, 'reference,account', type, who.token);
    expect(await upload(operator)).toBe(200);
    expect(await upload(viewer)).toBe(403);
    expect(await upload(foreigner)).toBe(403);
    expect(await upload(operator, 'page.csv', 'text/html')).toBe(403);
    const path = `orgs/acme/uploads/${operator.uid}/upload-0002/payouts.csv`;
    expect(await clients.upload(path, 'x', 'text/csv')).toBe(403);
    expect(await clients.upload(path, 'x', 'text/csv', viewer.token)).toBe(403);
    const stored = `orgs/acme/uploads/${operator.uid}/upload-0001/payouts.csv`;
    expect(await clients.download(stored, operator.token)).toEqual({ status: 200, text: 'reference,account' });
    expect((await clients.download(stored, foreigner.token)).status).toBe(403);
  });

  test('another one runs beside it', async () => {
    const other = await startPlatform({ ports: 'free', only: ['firestore'] });
    expect(other.projectId).not.toBe(platform.projectId);
    await new Clients(other).setDocument('things/two', {});
    expect(await clients.getDocument('things/two')).toBeNull();
    await other.stop();
    expect((await fetch(`${platform.functionsUrl}/environment?names=TZ`)).status).toBe(200);
  });
});

describe('the end of a platform', () => {
  test('leaves no process, no port and no folder', async () => {
    const platform = await startPlatform({ ports: 'free', functionsSource: await tinyFunctions(), clock: false });
    const runId = platform.logFile.replace(/^.*\/(.+)\.log$/, '$1');
    await fetch(`${platform.functionsUrl}/environment?names=TZ`);
    expect((await markedProcesses(runId)).length).toBeGreaterThan(3);
    const start = performance.now();
    await platform.stop();
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(await markedProcesses(runId)).toEqual([]);
    expect(platform.pids.filter(isAlive)).toEqual([]);
    expect(await busyPorts(platform.ports)).toEqual([]);
    expect(existsSync(join(platform.logFile, '..', '..', `run-${runId}`))).toBe(false);
  });

  test('keeps Firestore, Auth and Storage when it has a data folder', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'platform-data-'));
    const options = {
      ports: 'free',
      projectId: 'demo-kept',
      dataDir,
      functionsSource: await tinyFunctions(),
      clock: false,
    } as const;
    const first = await startPlatform(options);
    const before = new Clients(first);
    await before.setDocument('kept/one', { money: { integerValue: '9007199254740993' } });
    const { uid } = await before.signUp('kept@example.com');
    await before.upload('kept.csv', 'a,b\n', 'text/csv', 'owner');
    expect(await first.stop()).toEqual({ exported: true });

    const second = await startPlatform(options);
    const after = new Clients(second);
    expect(await after.getDocument('kept/one')).toEqual({ money: { integerValue: '9007199254740993' } });
    expect((await after.signIn('kept@example.com')).uid).toBe(uid);
    expect(await after.download('kept.csv', 'owner')).toEqual({ status: 200, text: 'a,b\n' });
    // Over what is there already.
    await after.setDocument('kept/two', {});
    expect(await second.stop()).toEqual({ exported: true });
    expect(existsSync(join(dataDir, 'firebase', 'firebase-export-metadata.json'))).toBe(true);
    expect(existsSync(join(dataDir, 'firebase.previous'))).toBe(false);
    await rm(dataDir, { recursive: true });
  });
});

describe('what can go wrong at the start', () => {
  let blocker: Server | undefined;
  afterAll(() => blocker?.close());

  test('a port in use is named, with its process and the remedy', async () => {
    // Far from the default block, so that a running npm start does not matter.
    blocker = await listenOn(4600 + 15_000 + 2);
    const start = startPlatform({ portOffset: 15_000, only: ['firestore'] });
    await expect(start).rejects.toThrow(`port 19602 is in use, by process ${process.pid}`);
    await expect(start).rejects.toThrow('npm start -- --port-offset 100');
  });

  test('functions that do not load are named with their error', async () => {
    const functionsSource = await tinyFunctions('export const broken = thisIsNotDefined;');
    const start = startPlatform({ ports: 'free', functionsSource, clock: false });
    await expect(start).rejects.toThrow(/did not load[\s\S]*thisIsNotDefined/);
  });

  test('functions that are not built are a clear message', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'not-built-'));
    await expect(startPlatform({ ports: 'free', functionsSource: empty })).rejects.toThrow('npm run build');
  });
});

function listenOn(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, () => resolve(server));
  });
}
