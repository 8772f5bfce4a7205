import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../scripts/build.ts';
import { ROOT } from '../../scripts/build/root.ts';

const run = promisify(execFile);
const INSTALL_LIMIT_MS = 110_000;
const SOURCE = join(ROOT, 'functions');

let folder = '';
/** The user's own settings (registry, proxy, certificates), without what vitest or a running platform adds. */
const ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(NODE_ENV|NODE_PATH|VITEST|FIREBASE|FIRESTORE|GCLOUD|GOOGLE|npm_(?!config_))/.test(name),
  ),
);
/** In the folder, as the cloud does it: this Node, and nothing of the repository around it. */
const inFolder = (file: string, args: readonly string[], env: Record<string, string> = {}) =>
  run(file, [...args], {
    cwd: folder,
    timeout: INSTALL_LIMIT_MS,
    env: { ...ENVIRONMENT, PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter), ...env },
  });

beforeAll(async () => {
  await build({ functions: true });
  folder = await mkdtemp(join(tmpdir(), 'functions-folder-'));
  // What firebase.json leaves out of the upload is left out here.
  const ignored = JSON.parse(await readFile(join(ROOT, 'firebase.json'), 'utf8')).functions[0].ignore as string[];
  expect(ignored).toEqual(expect.arrayContaining(['node_modules', 'src']));
  for (const name of ['package.json', 'package-lock.json', 'lib'])
    await cp(join(SOURCE, name), join(folder, name), { recursive: true });
  await inFolder('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund', '--ignore-scripts']);
});

afterAll(async () => {
  if (folder !== '') await rm(folder, { recursive: true, force: true });
});

describe('the functions folder by itself', () => {
  it('has a lock file that names no registry and every dependency of its package.json', async () => {
    const lock = JSON.parse(await readFile(join(SOURCE, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { resolved?: string; dependencies?: object }>;
    };
    const manifest = JSON.parse(await readFile(join(SOURCE, 'package.json'), 'utf8')) as { dependencies: object };
    expect(Object.values(lock.packages).filter((entry) => entry.resolved !== undefined)).toEqual([]);
    expect(lock.packages['']?.dependencies).toEqual(manifest.dependencies);
  });

  it('installs the versions that the repository is tested with', async () => {
    const versions = async (path: string) =>
      (JSON.parse(await readFile(path, 'utf8')) as { packages: Record<string, { version?: string }> }).packages;
    const [own, root] = await Promise.all([
      versions(join(SOURCE, 'package-lock.json')),
      versions(join(ROOT, 'package-lock.json')),
    ]);
    for (const name of Object.keys(
      (JSON.parse(await readFile(join(SOURCE, 'package.json'), 'utf8')) as { dependencies: object }).dependencies,
    )) {
      expect(own[`node_modules/${name}`]?.version, name).toBe(root[`node_modules/${name}`]?.version);
    }
  });

  it('lets the Functions SDK discover every function that it exports', async () => {
    const list =
      "import * as all from './lib/index.js'; console.log(JSON.stringify(Object.keys(all).filter((name) => all[name]?.__endpoint !== undefined)));";
    const project = {
      GCLOUD_PROJECT: 'demo-discovery',
      FIREBASE_CONFIG: JSON.stringify({ projectId: 'demo-discovery', storageBucket: 'demo-discovery.appspot.com' }),
    };
    const { stdout } = await inFolder(process.execPath, ['--input-type=module', '-e', list], project);
    const exported = JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as string[];
    const output = join(folder, 'discovered.json');
    await inFolder(process.execPath, [join(folder, 'node_modules', '.bin', 'firebase-functions'), '.'], {
      ...project,
      FUNCTIONS_MANIFEST_OUTPUT_PATH: output,
    });
    const discovered = JSON.parse(await readFile(output, 'utf8')) as { endpoints: Record<string, unknown> };
    expect(exported.length).toBeGreaterThan(0);
    expect(Object.keys(discovered.endpoints).sort()).toEqual(exported.sort());
  });

  it('runs the built plugins in the built sandbox', async () => {
    const probe = `
      import { readFileSync } from 'node:fs';
      import { createHash } from 'node:crypto';
      import { runPlugin } from './lib/sandbox.js';
      for (const { manifest, codeHash, file } of JSON.parse(readFileSync('lib/plugins/catalogue.json', 'utf8'))) {
        const code = readFileSync('lib/plugins/' + file, 'utf8');
        const { result } = await runPlugin({ code, codeHash, entry: 'manifest', input: null, clock: { now: '2026-01-01T00:00:00.000Z', seed: '' }, capabilities: [], handlers: {}, onLog() {} });
        console.log(JSON.stringify([codeHash === createHash('sha256').update(code).digest('hex'), result.name === manifest.name]));
      }
      process.exit(0);`;
    const { stdout } = await inFolder(process.execPath, ['--input-type=module', '-e', probe]);
    const lines = stdout.trim().split('\n');
    expect(lines.length).toBeGreaterThan(0);
    expect(new Set(lines)).toEqual(new Set(['[true,true]']));
  });
});
