import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuiltPlugin } from '../../functions/src/engine/catalogue.ts';
import { closeSandbox } from '../../functions/src/sandbox/index.ts';
import { buildPlugin } from '../build/plugins.ts';
import { ROOT } from '../build/root.ts';
import { planOffline, type OfflinePlan } from './plan-offline.ts';
import { readWorld } from './world.ts';

const LIMIT_MS = 60_000;
const ALPHA = 'acct_1Alpha000000';
const PAYOUTS = [
  'reference,account,amount,currency,description',
  `INV-1,${ALPHA},12.50,USD,one`,
  `INV-2,${ALPHA},1.234,USD,too many decimals`,
  'INV-3,acct_1Nobody00000,5.00,USD,not there',
  `INV-4,${ALPHA},7.00,USD,taken`,
  '',
].join('\n');

const PRICE = { type: 'price', title: 'Price', fields: [{ name: 'close', type: 'decimal', required: true }] };
const NOTES = `import { definePlugin } from '@countersign/plugin-sdk';
const plain = { line: null, needs: [], claim: null, journal: null };
export default definePlugin({
  name: 'notes', version: '1.0.0', title: 'Notes', description: 'For a test.', category: 'data', riskLevel: 'low',
  capabilities: ['notify', 'records.write'], parameters: [],
  execute: async () => ({
    effects: [
      { ...plain, kind: 'notify', key: 'told', data: { to: { kind: 'member', uid: 'amir' }, title: 'T', body: 'B' } },
      { ...plain, kind: 'record.write', key: 'priced',
        data: { type: 'price', recordId: 'ACME', expectedVersion: 0, fields: { close: '12.50' } } },
    ],
    problems: [], rowCount: 0, refusedTotals: [], message: '', metrics: {}, warnings: [],
  }),
  report: async () => ({ success: true, message: '', files: [], notifications: [] }),
});
`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-plan-'));
  await writeFile(join(folder, 'payouts.csv'), PAYOUTS);
  await writeFile(
    join(folder, 'accounts.json'),
    JSON.stringify([{ id: ALPHA, businessName: 'Alpha', available: [{ currency: 'USD', amountMinor: '500000' }] }]),
  );
  await writeFile(join(folder, 'claims.json'), JSON.stringify(['inv-4 ']));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command itself, as `npm run plan` starts it. */
function plan(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'scripts', 'plan.ts'), ...args], { cwd: folder });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (text) => (stdout += String(text)));
    child.stderr.on('data', (text) => (stderr += String(text)));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const WORLD = ['--stripe', 'accounts.json', '--claims', 'claims.json', '--now', '2026-01-15T09:00:00Z'];
const json = ({ stdout }: Ended): OfflinePlan => JSON.parse(stdout) as OfflinePlan;

describe('npm run plan, with the payout plugin in the real sandbox', { timeout: LIMIT_MS }, () => {
  it('plans what can be paid and names what can not, as one JSON document', async () => {
    const ended = await plan('stripe-payout', '--file', 'file=payouts.csv', ...WORLD, '--json');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const { outcome, plan: planned, effects, problems, error } = json(ended);
    expect({ outcome, error }).toEqual({ outcome: 'planned', error: null });
    expect(planned?.totals).toEqual([{ currency: 'USD', count: 1, amountMinor: '1250' }]);
    expect(effects.map(({ kind, key, line }) => ({ kind, key, line }))).toEqual([
      { kind: 'stripe.payout', key: 'inv-1', line: 2 },
    ]);
    expect(problems.map(({ line, column, code }) => ({ line, column, code }))).toEqual([
      { line: 3, column: 'amount', code: 'amount_decimals' },
      { line: 4, column: 'account', code: 'account_unknown' },
      { line: 5, column: 'reference', code: 'claim_taken' },
    ]);
    expect(await readdir(folder)).toHaveLength(3);
    expect(json(await plan('stripe-payout', '--file', 'file=payouts.csv', ...WORLD, '--json'))).toEqual(json(ended));
  });

  it('says it in words, and writes files only where it is told to', async () => {
    const out = join(folder, 'out');
    const { code, stdout } = await plan('stripe-payout', '--file', 'file=payouts.csv', ...WORLD, '--out', out);
    expect(code).toBe(0);
    expect(stdout).toContain('Sends 1 payout, USD 12.50');
    expect(stdout).toContain('seller-payable: debit USD 12.50, credit USD 0.00');
    expect(stdout).toContain('line 3, amount, INV-2: "1.234" has 3 decimals');
    expect(await readFile(join(out, 'problems.csv'), 'utf8')).toMatch(/\r\n5,reference,INV-4,refused,claim_taken,/);
    expect((await readFile(join(out, 'effects.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(1);
    await rm(out, { recursive: true });
  });

  it.each([
    [[], 'Which plugin?'],
    [['nothing'], 'There is no plugin "nothing"'],
    [['stripe-payout', '--file', 'file=none.csv'], 'none.csv'],
  ])('does not understand %j', async (args, message) => {
    const { code, stdout, stderr } = await plan(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('usage: npm run plan');
  });

  it('plans with a plugin from any folder, and says what does not build', async () => {
    const other = join(folder, 'elsewhere', 'stripe-payout');
    await mkdir(join(folder, 'elsewhere'));
    await cp(join(ROOT, 'plugins', 'stripe-payout'), other, { recursive: true });
    const ended = await plan(other, '--file', 'file=payouts.csv', ...WORLD, '--json');
    expect(ended.code).toBe(0);
    await writeFile(join(other, 'src', 'index.ts'), 'export default definePlugin({');
    const broken = await plan(other, '--json');
    await rm(join(folder, 'elsewhere'), { recursive: true });
    expect(broken.code).toBe(1);
    expect(json(broken)).toMatchObject({ error: { code: 'plugin_error' } });
    expect(json(broken).error?.message).toMatch(/src\/index\.ts:1/);
  });
});

describe('planning itself', { timeout: LIMIT_MS }, () => {
  let plugin: BuiltPlugin;
  beforeAll(async () => {
    const { manifest, codeHash, code } = await buildPlugin(join(ROOT, 'plugins', 'stripe-payout'));
    plugin = { manifest, codeHash, code: async () => code };
  }, LIMIT_MS);
  afterAll(closeSandbox);
  const planned = async (file: string, parameters: Readonly<Record<string, string>> = {}): Promise<OfflinePlan> => {
    const asked = {
      files: new Map([['file', file]]),
      parameters: new Map(Object.entries(parameters)),
      now: new Date('2026-01-15T09:00:00Z'),
    };
    const world = await readWorld({ stripe: join(folder, 'accounts.json') });
    return (await planOffline(plugin, asked, world)).result;
  };

  it.each([
    ['a file without its columns', 'reference,account\nA,b\n', { line: 1, column: 'amount' }],
    ['an open quote', 'reference,account,amount,currency\nA,"b,1,USD\n', { line: 2, code: 'unclosed_quote' }],
    ['a file that is no text', '\u0000\u0001\u0002\u0003', { code: 'file_type' }],
  ])('refuses %s as the platform does', async (_, content, problem) => {
    const file = join(folder, 'bad.csv');
    await writeFile(file, content);
    const result = await planned(file);
    await rm(file);
    expect(result).toMatchObject({ outcome: 'failed', plan: null, effects: [], error: { code: 'input_error' } });
    expect(result.problems).toContainEqual(expect.objectContaining(problem));
  });

  it.each([
    ['a choice that there is not', { mode: 'wild' }, 'mode', 'one of the choices'],
    [
      "what only the plugin's validate knows",
      { mode: 'sweep', reserve: '7' },
      'reserve',
      'not a currency and an amount',
    ],
    ['a parameter that there is not', { colour: 'red' }, 'colour', 'no such parameter'],
    ['a file given as a value', { file: 'payouts.csv' }, 'file', '--file file=PATH'],
  ])('refuses %s, by parameter', async (_, parameters, column, message) => {
    const result = await planned(join(folder, 'payouts.csv'), parameters as Record<string, string>);
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'invalid_argument' } });
    expect(result.problems).toEqual([
      expect.objectContaining({ column, code: 'parameter', message: expect.stringContaining(message) }),
    ]);
  });

  it('members, hosts and records of the world are there for the effects that need them', async () => {
    const steps = join(folder, 'notes');
    await mkdir(join(steps, 'src'), { recursive: true });
    await writeFile(join(steps, 'src', 'index.ts'), NOTES);
    const { manifest, codeHash, code } = await buildPlugin(steps);
    const notes = { manifest, codeHash, code: async () => code };
    const asked = { files: new Map(), parameters: new Map(), now: new Date(0) };
    const world = join(folder, 'world.json');
    await writeFile(world, JSON.stringify({ members: [{ uid: 'amir', roles: ['approver'] }], recordTypes: [PRICE] }));
    const { result } = await planOffline(notes, asked, await readWorld({ world }));
    expect(result).toMatchObject({ outcome: 'planned', plan: { effectCount: 2 } });
    const alone = await planOffline(notes, asked, await readWorld({}));
    expect(alone.result).toMatchObject({ outcome: 'failed', error: { code: 'input_error' } });
    expect(alone.result.problems.map(({ reference }) => reference)).toEqual(['told', 'priced']);
    await Promise.all([rm(steps, { recursive: true }), rm(world)]);
  });

  it('an account that nobody has opened in the ledger can not be paid', async () => {
    await writeFile(
      join(folder, 'closed.json'),
      JSON.stringify([{ id: ALPHA, inLedger: false, available: [{ currency: 'USD', amountMinor: '500000' }] }]),
    );
    const asked = { files: new Map([['file', join(folder, 'payouts.csv')]]), parameters: new Map(), now: new Date(0) };
    const { result } = await planOffline(plugin, asked, await readWorld({ stripe: join(folder, 'closed.json') }));
    await rm(join(folder, 'closed.json'));
    expect(result.problems[0]).toMatchObject({ line: 2, code: 'account_not_in_ledger' });
  });
});
