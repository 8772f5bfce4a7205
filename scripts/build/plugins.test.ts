import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAppError } from '@countersign/domain/errors';
import { sha256Hex } from '@countersign/domain/hash';
import { effectSchema } from '@countersign/domain/schemas/effect';
import type { Plugin } from '@countersign/plugin-sdk';
import { testPlugin } from '@countersign/plugin-sdk/test-kit';
import { closeSandbox, runPlugin, type PluginRun } from '../../functions/src/sandbox/index.ts';
import { createPlugin } from '../new-plugin.ts';
import { sampleCsv } from '../samples/sample-csv.ts';
import { buildPlugins, bundlePlugin } from './plugins.ts';
import { ROOT } from './root.ts';

const STRIPE_PAYOUT = join(ROOT, 'plugins', 'stripe-payout');
let folder = '';

beforeAll(async () => {
  // Inside the repository, so that a plugin finds the SDK.
  await mkdir(join(ROOT, '.local'), { recursive: true });
  folder = await mkdtemp(join(ROOT, '.local', 'plugins-'));
});

afterAll(async () => {
  await closeSandbox();
  await rm(folder, { recursive: true, force: true });
});

const minimal = (name: string, more = '') => `
  import { definePlugin } from '@countersign/plugin-sdk';
  ${more}
  export default definePlugin({
    name: '${name}', version: '1.0.0', title: 'T', description: 'D', category: 'data', riskLevel: 'low', capabilities: [], parameters: [],
    execute: async () => ({ effects: [], problems: [], rowCount: 0, refusedTotals: [], message: 'nothing', metrics: {}, warnings: [] }),
    report: async () => ({ success: true, message: 'done', files: [], notifications: [] }),
  });`;

async function pluginsFolder(name: string, plugins: Readonly<Record<string, string>>): Promise<string> {
  for (const [plugin, source] of Object.entries(plugins)) {
    await mkdir(join(folder, name, plugin, 'src'), { recursive: true });
    await writeFile(join(folder, name, plugin, 'src', 'index.ts'), source);
  }
  return join(folder, name);
}

describe('buildPlugins', () => {
  it('finds whatever folder has a plugin in it, with no edit anywhere else', async () => {
    const plugins = await pluginsFolder('found', { alpha: minimal('alpha'), beta: minimal('beta'), sdk: 'throw 1' });
    const out = join(folder, 'found-out');
    const entries = await buildPlugins(out, plugins);
    expect(entries.map(({ manifest, file }) => [manifest.name, file])).toEqual([
      ['alpha', 'alpha.js'],
      ['beta', 'beta.js'],
    ]);
    expect(JSON.parse(await readFile(join(out, 'catalogue.json'), 'utf8'))).toEqual(entries);
    for (const { file, codeHash } of entries) expect(sha256Hex(await readFile(join(out, file), 'utf8'))).toBe(codeHash);
  });

  it('makes the same text from the same source, wherever it lies', async () => {
    const elsewhere = join(folder, 'a', 'deeper', 'place');
    await cp(STRIPE_PAYOUT, elsewhere, { recursive: true });
    const [first, second, third] = await Promise.all([
      bundlePlugin(STRIPE_PAYOUT),
      bundlePlugin(STRIPE_PAYOUT),
      bundlePlugin(elsewhere),
    ]);
    expect(second).toBe(first);
    expect(third).toBe(first);
    expect(first).not.toContain(ROOT);
  });

  it.each([
    [
      'imports Node',
      minimal('bad', "import { readFileSync } from 'node:fs'; export const x = readFileSync;"),
      /node:fs/,
    ],
    ['has a manifest of the wrong form', minimal('bad').replace("'low'", "'none'"), /riskLevel/],
    ['is not called like its folder', minimal('good'), /calls itself "good"/],
    ['throws as it loads', minimal('bad', "throw new Error('no luck');"), /no luck/],
    ['has no default export', 'export const plugin = 1;', /default/],
  ])('refuses a plugin that %s', async (why, source, said) => {
    const plugins = await pluginsFolder(`refused-${why.replaceAll(' ', '-')}`, { bad: source });
    await expect(buildPlugins(join(folder, 'refused-out'), plugins)).rejects.toThrow(said);
  });
});

describe('a plugin made by npm run new-plugin', () => {
  it('builds and runs', async () => {
    const plugins = join(folder, 'made');
    await createPlugin('bank-fees', plugins);
    const [entry] = await buildPlugins(join(folder, 'made-out'), plugins);
    expect(entry?.manifest).toMatchObject({ name: 'bank-fees', title: 'Bank fees' });
    const { default: plugin } = (await import(join(plugins, 'bank-fees', 'src', 'index.ts'))) as { default: Plugin };
    const plan = testPlugin(plugin, { files: { file: 'reference\nA\nB\n' }, params: {} }).execute();
    expect(await plan).toMatchObject({ rowCount: 2 });
    await expect(createPlugin('bank-fees', plugins)).rejects.toThrow(/there already/);
    await expect(createPlugin('../evil', plugins)).rejects.toThrow(/not a plugin's name/);
  });
});

describe('stripe-payout in the sandbox', () => {
  const accounts = Array.from({ length: 500 }, (_, index) => ({
    id: `acct_${String(index).padStart(5, '0')}`,
    available: { usd: 50_000_000 },
  }));
  const snapshot = (id: string) => ({
    id,
    businessName: id,
    payoutsEnabled: true,
    available: [{ currency: 'USD', amountMinor: '50000000' }],
    destinations: [{ id: `ba_${id}`, bankName: 'B', last4: '0001', currency: 'USD', country: 'US', isDefault: true }],
  });
  const handlers: PluginRun['handlers'] = {
    'stripe.balances': async (args) => ({
      accounts: Object.fromEntries((args as { accounts: string[] }).accounts.map((id) => [id, snapshot(id)])),
    }),
    'claims.lookup': async () => ({ taken: {} }),
  };
  const plan = async (text: string) => {
    const code = await bundlePlugin(STRIPE_PAYOUT);
    return runPlugin({
      code,
      codeHash: sha256Hex(code),
      entry: 'execute',
      input: { parameters: { file: 'f', mode: 'amounts' }, execution: { id: 'e', title: 'T' } },
      clock: { now: '2026-01-01T00:00:00.000Z', seed: 's' },
      capabilities: ['files.read', 'stripe.balances', 'claims.lookup'],
      handlers: {
        ...handlers,
        'files.read': async () => ({ name: 'payouts.csv', text, encoding: 'utf-8', sha256: '' }),
      },
      onLog: () => undefined,
    });
  };

  it('plans the largest file it takes under the default limits', async () => {
    const { result, usage } = await plan(sampleCsv(7, 50_000, accounts));
    const { effects, problems } = result as { effects: unknown[]; problems: { severity: string }[] };
    expect(effects).toHaveLength(50_000);
    expect(problems.filter((problem) => problem.severity === 'refused')).toEqual([]);
    for (const effect of effects.slice(0, 100)) effectSchema.parse(effect);
    expect(usage.cpuMs).toBeLessThan(10_000);
  });

  it('refuses a file that is too long, naming line and remedy, as an input error', async () => {
    const error = await plan(`reference,account,amount,currency\n${'r,acct_00001,1,USD\n'.repeat(50_001)}`).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(isAppError(error) && error.code).toBe('input_error');
    expect(error).toMatchObject({
      details: { issues: [{ code: 'too_many_rows', line: 50_002 }] },
      message: expect.stringMatching(/^payouts\.csv, line 50002: .*Split it/),
    });
  });

  it('tells its manifest and checks its parameters there', async () => {
    const code = await bundlePlugin(STRIPE_PAYOUT);
    const ask = (entry: 'manifest' | 'validate', parameters: object) =>
      runPlugin({
        code,
        codeHash: sha256Hex(code),
        entry,
        input: { parameters },
        clock: { now: '2026-01-01T00:00:00.000Z', seed: 's' },
        capabilities: [],
        handlers: {},
        onLog: () => undefined,
      });
    expect((await ask('manifest', {})).result).toMatchObject({ name: 'stripe-payout' });
    expect((await ask('validate', { mode: 'sweep', reserve: 'ten' })).result).toMatchObject([{ parameter: 'reserve' }]);
  });
});
