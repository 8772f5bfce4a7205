import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

// The launcher is plain JavaScript for old versions of Node, and has no types.
type Cached = (name: string, wanted: string, fill: (folder: string) => Promise<void>) => Promise<string>;
type Exclusively = (lock: string, work: () => Promise<void>) => Promise<void>;
type EnsureDependencies = (root: string, node: string, note: (text: string) => void) => Promise<void>;

const RUN = join(import.meta.dirname, '..', 'run.mjs');
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'launch-'));
  vi.stubEnv('XDG_CACHE_HOME', home);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

const load = async <T>(file: string, name: string): Promise<T> => {
  const module = (await import(/* @vite-ignore */ join(import.meta.dirname, file))) as Record<string, T>;
  return module[name]!;
};

describe('the cache', () => {
  test('is filled once, whole, however many ask for it', async () => {
    const cached = await load<Cached>('cache.mjs', 'cached');
    const fill = async (folder: string): Promise<void> => {
      await writeFile(join(folder, 'first'), '');
      await new Promise((resolve) => setTimeout(resolve, 50));
      await writeFile(join(folder, 'tool'), 'whole');
    };
    const asked = Array.from({ length: 4 }, () => cached('tool-1', 'tool', fill));
    await expect.poll(() => readdir(join(home, 'countersign'))).toHaveLength(4);
    expect(existsSync(join(home, 'countersign', 'tool-1'))).toBe(false);
    const files = await Promise.all(asked);
    expect(new Set(files)).toEqual(new Set([join(home, 'countersign', 'tool-1', 'tool')]));
    expect(await readFile(files[0]!, 'utf8')).toBe('whole');
    expect(await readdir(join(home, 'countersign'))).toEqual(['tool-1']);
    await cached('tool-1', 'tool', () => Promise.reject(new Error('not again')));
  });

  test('is left as it was when filling fails', async () => {
    const cached = await load<Cached>('cache.mjs', 'cached');
    await expect(cached('tool-2', 'tool', () => Promise.reject(new Error('no network')))).rejects.toThrow('no network');
    expect((await readdir(join(home, 'countersign'))).filter((name) => name.includes('tool-2'))).toEqual([]);
  });
});

test('a lock lets one in at a time', async () => {
  const exclusively = await load<Exclusively>('cache.mjs', 'exclusively');
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setTimeout(resolve, 30));
    inside -= 1;
  };
  await Promise.all([1, 2, 3].map(() => exclusively(join(home, 'locks', 'one'), work)));
  expect(most).toBe(1);
});

describe('packages', () => {
  const here = { os: [process.platform], cpu: [process.arch] };

  /** A project whose lock file wants `wanted`, with `installed` in its node_modules, and an npm that always fails. */
  async function project(wanted: object, installed: Record<string, object>): Promise<() => Promise<void>> {
    const root = await mkdtemp(join(home, 'project-'));
    await writeFile(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...wanted } }));
    for (const path of Object.keys(installed)) await mkdir(join(root, path), { recursive: true });
    await mkdir(join(root, 'node_modules'), { recursive: true });
    await writeFile(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }));
    const failing = join(root, 'npm-cli.js');
    await writeFile(failing, "console.error('npm error code ENOTFOUND'); process.exit(1);");
    vi.stubEnv('npm_execpath', failing);
    const ensure = await load<EnsureDependencies>('dependencies.mjs', 'ensureDependencies');
    return () => ensure(root, process.execPath, () => undefined);
  }
  const a = { version: '1.0.0' };

  test('installed by hand as the lock file says: nothing is installed', async () => {
    const ensure = await project(
      { 'node_modules/a': a, 'node_modules/elsewhere': { version: '1', optional: true, os: ['plan9'] } },
      { 'node_modules/a': a },
    );
    await expect(ensure()).resolves.toBeUndefined();
  });

  test.each([
    ['one is missing', { 'node_modules/a': a, 'node_modules/b': a }, { 'node_modules/a': a }],
    ['one is older', { 'node_modules/a': { version: '1.0.1' } }, { 'node_modules/a': a }],
    ['the optional one for this machine was skipped', { 'node_modules/a': { ...a, ...here, optional: true } }, {}],
  ])('%s: they are installed, and no network is a clear message', async (_, wanted, installed) => {
    const ensure = await project(wanted, installed as Record<string, object>);
    await expect(ensure()).rejects.toThrow(/npm ci failed[\s\S]*registry was not reached/);
  });
});

test('an unknown command is refused with the known ones', async () => {
  const child = spawn(process.execPath, [RUN, 'strat'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
  expect(output).toContain('Unknown command "strat". Known: start, test');
});
