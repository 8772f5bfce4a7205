import { parameterSchema, type ParameterInput } from '@countersign/domain/schemas/plugin';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseArguments } from './arguments.ts';
import { readParameters } from './parameters.ts';
import { readWorld } from './world.ts';

const CLOCK = new Date('2026-01-15T09:00:00.000Z');

describe('the command line', () => {
  it('names plugin, files, parameters and the rest', () => {
    const read = parseArguments(
      ['bank-fees', '--file', 'file=a=b.csv', '--param', 'mode=sweep', '--now', '2026-02-01T08:00:00Z', '--json'],
      CLOCK,
    );
    expect(read).toMatchObject({ plugin: 'bank-fees', json: true, out: null, worldFiles: {} });
    expect(read.now.toISOString()).toBe('2026-02-01T08:00:00.000Z');
    expect([...read.files]).toEqual([['file', 'a=b.csv']]);
    expect([...read.parameters]).toEqual([['mode', 'sweep']]);
  });

  it.each([
    [[], 'Which plugin'],
    [['one', 'two'], 'one argument too many'],
    [['one', '--file', 'a.csv'], 'name=value'],
    [['one', '--param', 'a=1', '--param', 'a=2'], 'given twice'],
    [['one', '--now', 'yesterday'], '--now yesterday'],
    [['one', '--colour', 'red'], '--colour'],
  ])('refuses %j', (argv, message) => {
    expect(() => parseArguments(argv, CLOCK)).toThrow(message);
  });
});

describe('parameters', () => {
  const options = [
    { value: 'a', label: 'A' },
    { value: 'b', label: 'B' },
  ];
  const declared: ParameterInput[] = [
    { type: 'string', name: 'text', label: 'Text' },
    { type: 'number', name: 'number', label: 'Number' },
    { type: 'boolean', name: 'flag', label: 'Flag' },
    { type: 'date', name: 'day', label: 'Day' },
    { type: 'money', name: 'limit', label: 'Limit' },
    { type: 'multiselect', name: 'many', label: 'Many', options },
    { type: 'file', name: 'file', label: 'File' },
  ];
  const read = (name: string, text: string) =>
    readParameters(
      declared.map((one) => parameterSchema.parse(one)),
      new Map([[name, text]]),
    );

  it.each([
    ['text', '12.50', '12.50'],
    ['number', '12.5', 12.5],
    ['flag', 'yes', true],
    ['flag', 'False', false],
    ['day', '2026-01-31', '2026-01-31'],
    ['limit', '12.50 USD', { amountMinor: '1250', currency: 'USD' }],
    ['limit', '0 JPY', { amountMinor: '0', currency: 'JPY' }],
    ['many', 'a, b', ['a', 'b']],
    ['unknown', 'x', 'x'],
  ])('%s=%s', (name, text, value) => {
    expect(read(name, text)).toEqual({ values: { [name]: value }, issues: [] });
  });

  it.each([
    ['number', 'ten', 'not a number'],
    ['number', '', 'not a number'],
    ['flag', 'perhaps', 'neither yes nor no'],
    ['limit', '12.50', 'such as 12.50 USD'],
    ['limit', '12.505 USD', '3 decimals'],
    ['limit', '1 usd', 'ISO 4217'],
    ['file', 'a.csv', '--file file=PATH'],
  ])('refuses %s=%s', (name, text, message) => {
    const { values, issues } = read(name, text);
    expect(values).toEqual({});
    expect(issues).toEqual([{ parameter: name, message: expect.stringContaining(message) }]);
  });
});

describe('the world', () => {
  let folder = '';
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'countersign-plan-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const file = async (name: string, content: unknown): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const account = { id: 'acct_1', available: [{ currency: 'USD', amountMinor: '500' }] };

  it('is empty by default; files of their own take the place of the whole', async () => {
    expect(await readWorld({})).toMatchObject({ accounts: [], claims: new Map(), members: [], baseCurrency: 'USD' });
    const world = await file('world.json', { stripe: [], claims: ['A', 'B'] });
    const stripe = await file('stripe.json', [account]);
    const read = await readWorld({ world, stripe });
    expect(read.accounts).toMatchObject([{ ...account, payoutsEnabled: true, destinations: 'hidden', inLedger: true }]);
    expect([...read.claims.keys()]).toEqual(['A', 'B']);
  });

  it('names file and field of what it can not read', async () => {
    await expect(readWorld({ world: join(folder, 'none.json') })).rejects.toThrow('none.json');
    await expect(readWorld({ claims: await file('text.json', 'no json') })).rejects.toThrow('text.json is not JSON');
    const wrong = await file('wrong.json', [{ ...account, available: [{ currency: 'USD', amountMinor: 5.5 }] }]);
    await expect(readWorld({ stripe: wrong })).rejects.toThrow(/wrong\.json: 0\.available\.0\.amountMinor/);
  });
});
