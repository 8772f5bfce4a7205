import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuiltPlugin } from '../../functions/src/engine/catalogue.ts';
import { closeSandbox } from '../../functions/src/sandbox/index.ts';
import { RECIPE, writeSales, type Truth } from '../bench/csv/sales.ts';
import { buildPlugin } from '../build/plugins.ts';
import { ROOT } from '../build/root.ts';
import { planOffline } from './plan-offline.ts';
import { readWorld } from './world.ts';

const ROWS = 40_000;
const SEED = 7_101;
const LIMIT_MS = 120_000;

let folder = '';
let truth: Truth;
let plugin: BuiltPlugin;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'data-path-'));
  truth = await writeSales(join(folder, 'sales.csv'), SEED, ROWS);
  const { manifest, code, codeHash } = await buildPlugin(join(ROOT, 'plugins', 'csv-transform'));
  plugin = { manifest, codeHash, code: async () => code };
}, LIMIT_MS);
afterAll(async () => {
  await closeSandbox();
  await rm(folder, { recursive: true, force: true });
});

const amount = (cents: bigint): string => `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;

async function plan(recipe: string) {
  const parameters = new Map([['recipe', recipe]]);
  const world = await readWorld({});
  const files = new Map([['file', join(folder, 'sales.csv')]]);
  return planOffline(plugin, { files, parameters, now: new Date('2026-01-15T09:00:00Z') }, world);
}

describe('csv-transform in the real sandbox, from Storage to Storage', { timeout: LIMIT_MS }, () => {
  it(`takes ${ROWS} rows of a known sum through: rows, totals and bytes are what they must be`, async () => {
    const { result, draft } = await plan(RECIPE);
    expect(result.error).toBeNull();
    const net = truth.paidAmountCents - truth.paidFeeCents;
    expect(result.plan).toMatchObject({
      rowCount: ROWS,
      effectCount: 1,
      reads: { count: 1 },
      metrics: { 'Rows out': truth.paidRows.toLocaleString('en-US'), 'Control totals': 'agree' },
    });
    const totals = new Map(result.plan?.tables[0]?.rows.map(({ cells: [name = '', ...rest] }) => [name, rest]));
    expect(totals.get('amount')?.[2]).toBe(amount(truth.paidAmountCents));
    expect(totals.get('net')).toEqual([amount(net), '0', amount(net)]);
    const [effect] = result.effects;
    if (effect?.kind !== 'file.publish') throw new Error('no file is published');
    expect(effect.data.rowCount).toBe(truth.paidRows);
    const text = Buffer.from(await draft(effect.data.storagePath, effect.data.generation)).toString();
    expect(text.length).toBe(effect.data.sizeBytes);
    // Summed again by other means than the plugin's.
    const cents = text
      .split('\r\n')
      .slice(1, -1)
      .map((line) => BigInt(/,([0-9]+)\.([0-9]{2}),USD,/.exec(line)?.slice(1).join('') ?? 'none'));
    expect(cents.length).toBe(truth.paidRows);
    expect(cents.reduce((sum, one) => sum + one, 0n)).toBe(net);
    expect((await plan(RECIPE)).result).toEqual(result);
  });

  it('refuses a recipe that does not fit, with its step', async () => {
    const { result } = await plan(JSON.stringify({ steps: [{ do: 'select', columns: ['nothing'] }] }));
    expect(result).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'input_error',
        message: expect.stringMatching(/^Step 1 \(select\) asks for the column "nothing"/),
      },
      problems: [{ column: 'recipe', remedy: expect.stringMatching(/^Columns at this step are: id, date,/) }],
    });
  });
});
