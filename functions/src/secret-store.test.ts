import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cloudSecretStore, localSecretStore } from './secret-store.ts';

const NAME = 'stripe-secret-key';

describe('on one machine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'secrets-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('versions are sealed, apart from each other, and gone when discarded', async () => {
    const store = localSecretStore(folder);
    const [first, second] = [await store.stage(NAME, 'value one'), await store.stage(NAME, 'value two')];
    await store.stage('stripe-webhook-secret', 'another');
    expect([await store.read(NAME, first), await store.read(NAME, second)]).toEqual(['value one', 'value two']);
    for (const file of await readdir(folder))
      expect((await readFile(join(folder, file))).toString('latin1')).not.toContain('value');
    expect(new Set((await store.list(NAME)).map(({ id }) => id))).toEqual(new Set([first, second]));
    await store.discard(NAME, first);
    await store.discard(NAME, first);
    await expect(store.read(NAME, first)).rejects.toMatchObject({ code: 'failed_precondition' });
    expect((await store.list(NAME)).map(({ id }) => id)).toEqual([second]);
    expect(Date.parse((await store.list(NAME))[0]?.storedAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
  });

  test('one file in another’s place is found out; an id is never a path', async () => {
    const store = localSecretStore(folder);
    const [first, second] = [await store.stage(NAME, 'value one'), await store.stage(NAME, 'value two')];
    await rename(join(folder, `${NAME}.${first}`), join(folder, `${NAME}.${second}`));
    await expect(store.read(NAME, second)).rejects.toThrow('authenticate');
    await expect(store.read(NAME, '../../key')).rejects.toMatchObject({ code: 'failed_precondition' });
    await expect(store.discard(NAME, '../key')).rejects.toMatchObject({ code: 'failed_precondition' });
  });
});

describe('in the cloud', () => {
  const failing = (status: number) => Object.assign(new Error('refused'), { status });
  /** Secret Manager as its REST reference describes it. */
  function fakeSecretManager() {
    const versions: { id: string; state: 'ENABLED' | 'DESTROYED'; data: string }[] = [];
    let exists = false;
    const asked: string[] = [];
    const call = async (path: string, data?: unknown): Promise<Record<string, unknown>> => {
      asked.push(path);
      if (path === `secrets?secretId=${NAME}-proposed`) {
        if (exists) throw failing(409);
        exists = true;
        return {};
      }
      if (!exists) throw failing(404);
      if (path.endsWith(':addVersion')) {
        const id = String(versions.length + 1);
        versions.push({ id, state: 'ENABLED', data: (data as { payload: { data: string } }).payload.data });
        return { name: `projects/1/secrets/${NAME}-proposed/versions/${id}` };
      }
      const match = /versions\/(\d+):(access|destroy)$/.exec(path);
      if (match === null) {
        const start = Number(new URL(path, 'https://x').searchParams.get('pageToken') ?? 0);
        const enabled = versions.filter(({ state }) => state === 'ENABLED').toReversed();
        return {
          versions: enabled.slice(start, start + 100).map(({ id }) => ({
            name: `projects/1/secrets/${NAME}-proposed/versions/${id}`,
            createTime: '2026-01-01T00:00:00Z',
          })),
          ...(enabled.length > start + 100 && { nextPageToken: String(start + 100) }),
        };
      }
      const version = versions.find(({ id }) => id === match[1]);
      if (version === undefined) throw failing(404);
      if (version.state === 'DESTROYED') throw failing(400);
      if (match[2] === 'access') return { payload: { data: version.data } };
      version.state = 'DESTROYED';
      return {};
    };
    return { call, asked };
  }

  test('a value is a version, destroyed when discarded', async () => {
    const { call } = fakeSecretManager();
    const store = cloudSecretStore(call);
    expect(await store.list(NAME)).toEqual([]);
    const [first, second] = [await store.stage(NAME, 'wért one'), await store.stage(NAME, 'value two')];
    expect(await store.read(NAME, first)).toBe('wért one');
    await store.discard(NAME, first);
    await store.discard(NAME, first);
    await store.discard(NAME, '77');
    await expect(store.read(NAME, first)).rejects.toMatchObject({ code: 'failed_precondition' });
    expect(await store.list(NAME)).toEqual([{ id: second, storedAt: '2026-01-01T00:00:00Z' }]);
  });

  test('many are listed page by page, a thousand at most', async () => {
    const { call, asked } = fakeSecretManager();
    const store = cloudSecretStore(call);
    for (let at = 0; at < 1_150; at += 1) await store.stage(NAME, 'value');
    asked.length = 0;
    expect(await store.list(NAME)).toHaveLength(1_000);
    expect(asked).toHaveLength(10);
  });

  test('an id is never a path; other failures are not taken for an answer', async () => {
    const store = cloudSecretStore(async () => Promise.reject(failing(503)));
    await expect(store.read(NAME, '1:access?x=')).rejects.toMatchObject({ code: 'failed_precondition' });
    await expect(store.read(NAME, '1')).rejects.toMatchObject({ status: 503 });
    await expect(store.discard(NAME, '1')).rejects.toMatchObject({ status: 503 });
    await expect(store.list(NAME)).rejects.toMatchObject({ status: 503 });
  });

  test('an account that may not list has staged nothing', async () => {
    expect(await cloudSecretStore(async () => Promise.reject(failing(403))).list(NAME)).toEqual([]);
  });
});
