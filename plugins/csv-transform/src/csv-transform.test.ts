import { InputError } from '@countersign/plugin-sdk';
import { testPlugin, type TestWorld } from '@countersign/plugin-sdk/test-kit';
import { manifestSchema } from '@countersign/domain/schemas/plugin';
import { planTableSchema } from '@countersign/domain/schemas/execution';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ControlAccount } from './control.ts';
import { DecimalReader } from './decimal.ts';
import plugin from './index.ts';

const FILE = [
  'id,shop,amount,status',
  '1,S-1,10.50,paid',
  '2,S-2,-3.25,paid',
  '3,S-1,7,refused',
  '4,S-3,,paid',
  '',
].join('\n');
const recipe = (steps: readonly object[], output: object = {}): string => JSON.stringify({ steps, output });

function world(steps: readonly object[], file: string | Uint8Array = FILE, more: Partial<TestWorld> = {}, output = {}) {
  return testPlugin(plugin, { files: { file }, params: { file: 'f', recipe: recipe(steps, output) }, ...more });
}

async function textOf(steps: readonly object[], file = FILE, output = {}): Promise<string> {
  const run = world(steps, file, {}, output);
  await run.execute();
  return [...run.drafts.values()].join('\n---\n');
}

describe('manifest', () => {
  it('is of the agreed form, and its sample works with its recipe', async () => {
    const { parameters } = manifestSchema.parse(plugin.manifest);
    const [file, second, text] = parameters;
    const samples = z.object({ sample: z.string() });
    const files = { file: samples.parse(file).sample, second: samples.parse(second).sample };
    const params = { file: 'f', recipe: z.object({ default: z.string() }).parse(text).default };
    const run = testPlugin(plugin, { files, params });
    expect(run.validate()).toEqual([]);
    expect(await run.execute()).toMatchObject({
      rowCount: 4,
      effects: [{ kind: 'file.publish', data: { rowCount: 2 } }],
    });
  });
});

describe('a plan', () => {
  it('shows counts, control totals and samples, and publishes what it wrote', async () => {
    const run = world([{ do: 'filter', all: [{ column: 'status', is: '=', to: 'paid' }] }]);
    const proposal = await run.execute();
    expect(z.array(planTableSchema).max(4).parse(proposal.tables)).toEqual([
      {
        title: 'Control totals',
        columns: ['Total of', 'In', 'Left out', 'Out'],
        rows: [
          { cells: ['Rows', '4', '1', '3'] },
          { cells: ['id', '10', '3', '7'] },
          { cells: ['amount', '14.25', '7', '7.25'] },
        ],
      },
      {
        title: 'Rows by step',
        columns: ['Step', 'Rows in', 'Rows out'],
        rows: [{ cells: ['Step 1 (filter)', '4', '3'] }],
      },
      expect.objectContaining({ title: 'First rows out' }),
      expect.objectContaining({ title: 'First rows in' }),
    ]);
    expect(proposal.message).toBe('4 rows read, 3 rows written into result.csv. The control totals in and out agree.');
    expect(run.drafts.get('result.csv')).toBe(
      'id,shop,amount,status\r\n1,S-1,10.50,paid\r\n2,S-2,-3.25,paid\r\n4,S-3,,paid\r\n',
    );
    expect((await run.report()).message).toBe('1 file of 1 published, with 3 rows.');
  });

  it('names itself unfit when what was written is not what is stored', async () => {
    const run = world([]);
    const context = {
      drafts: { create: async () => ({ write: async () => undefined, close: async () => ({ rowCount: 3 }) }) },
    };
    const { plan } = await import('./plan.ts');
    const file = {
      name: 'file.csv',
      columns: ['a'],
      delimiter: ',',
      decimal: '.',
      async *batches() {
        yield [1, 2, 3, 4].map((line) => ({ line, cells: [String(line)] }));
      },
    } as const;
    await expect(
      plan({ steps: [], output: { name: 'x', formulas: 'keep' } }, { file, second: null }, {
        ...context,
        log: { info: () => undefined },
      } as never),
    ).rejects.toThrow('The control totals do not agree: x.csv was written with 4 rows and stored with 3');
    expect(run.calls).toEqual([]);
  });
});

describe('control totals', () => {
  const column = { name: 'amount', id: 1 };
  const account = () => new ControlAccount(new DecimalReader('.'), [column]);

  it('agree when each cell that came in was taken away or written', () => {
    const control = account();
    const [born, removed, out] = (['born', 'removed', 'out'] as const).map((side) => control.watch([column], side));
    const step = control.step('Step 1 (filter)');
    control.rowsRead = step.rowsIn = 3;
    for (const cell of ['0.10', '0.2', '-5']) born?.([cell]);
    removed?.(['0.2']);
    for (const cell of ['0.10', '-5']) out?.([cell]);
    control.rowsWritten = step.rowsOut = 2;
    expect(control.differences()).toEqual([]);
    expect(control.totals('.')).toEqual([{ name: 'amount', born: '-4.70', removed: '0.2', out: '-4.90' }]);
  });

  it.each<[string, readonly string[], number, RegExp]>([
    ['a row that got lost', ['0.10'], 1, /1 rows of 2 were written; the total of "amount"/],
    [
      'a cell that changed by the last of its decimals',
      ['0.10', '0.19999999999999999999'],
      2,
      /^the total of "amount"/,
    ],
    ['a number that became text', ['0.10', 'n/a'], 2, /^the total of "amount"/],
    ['a row too many', ['0.10', '0.2', ''], 3, /^3 rows of 2 were written$/],
  ])('do not agree with %s', (_, written, rowsWritten, message) => {
    const control = account();
    control.rowsRead = 2;
    const [born, out] = (['born', 'out'] as const).map((side) => control.watch([column], side));
    for (const cell of ['0.10', '0.2']) born?.([cell]);
    for (const cell of written) out?.([cell]);
    control.rowsWritten = rowsWritten;
    expect(control.differences().join('; ')).toMatch(message);
  });
});

describe('numbers', () => {
  it('are exact where floats are not, whatever their size', async () => {
    const rows = ['a,b', '0.1,0.2', '9007199254740993,0.000000000000000000001', '-99999999999999999999.99,1'];
    expect(await textOf([{ do: 'compute', column: 'c', add: ['a', 'b'] }], rows.join('\n'))).toContain(
      [
        '0.1,0.2,0.3',
        '9007199254740993,0.000000000000000000001,9007199254740993.000000000000000000001',
        '-99999999999999999999.99,1,-99999999999999999998.99',
      ].join('\r\n'),
    );
  });

  it.each([
    ['half_even', '0.12', '0.14', '-0.12'],
    ['half_up', '0.13', '0.14', '-0.13'],
    ['down', '0.12', '0.13', '-0.12'],
  ])('are rounded %s', async (rounding, ...rounded) => {
    const step = { do: 'compute', column: 'c', add: ['a', { value: '0' }], decimals: 2, rounding };
    const text = await textOf([step, { do: 'select', columns: ['c'] }], 'a,b\n0.125,\n0.135,\n-0.125,\n');
    expect(text.split('\r\n').slice(1, -1)).toEqual(rounded);
  });

  it('are read and written as the file has them', async () => {
    const steps = [{ do: 'compute', column: 'c', multiply: ['a', { value: '1.5' }] }];
    expect(await textOf(steps, 'a;b\n-1,50;x\n')).toBe('a;b;c\r\n-1,50;x;-2,250\r\n');
  });
});

describe('cells that a spreadsheet would run', () => {
  const file = 'a,b\n=1+1,+49 30 1234\n-5,@x\n';

  it('get an apostrophe, and the plan says how many', async () => {
    const run = world([], file);
    const proposal = await run.execute();
    expect(run.drafts.get('result.csv')).toBe("a,b\r\n'=1+1,'+49 30 1234\r\n-5,'@x\r\n");
    expect(proposal.warnings.join()).toContain('3 cells would be run as a formula');
  });

  it('stay as they are where the recipe says so', async () => {
    expect(await textOf([], file, { formulas: 'keep' })).toBe('a,b\r\n=1+1,+49 30 1234\r\n-5,@x\r\n');
  });
});

describe('split', () => {
  it('makes a file for each value, under names that differ', async () => {
    const run = world([{ do: 'split', by: 'a' }], 'a,b\nX/1,1\nx_1,2\n,3\nX/1,4\n', {}, { name: 'by' });
    await run.execute();
    expect(Object.fromEntries(run.drafts)).toEqual({
      'by-X_1.csv': 'a,b\r\nX/1,1\r\nX/1,4\r\n',
      'by-x_1-2.csv': 'a,b\r\nx_1,2\r\n',
      'by-empty.csv': 'a,b\r\n,3\r\n',
    });
  });

  it('refuses more files than anybody would look at', async () => {
    const rows = Array.from({ length: 51 }, (_, row) => `v${row},x`);
    await expect(world([{ do: 'split', by: 'a' }], `a,b\n${rows.join('\n')}`).execute()).rejects.toThrow(
      'The column "a" has more than 50 values; each would be a file. Split by a column with fewer values',
    );
  });
});

describe('rows that can not be worked with', () => {
  it.each<[string, object, RegExp]>([
    [
      'text in a sum',
      { do: 'group', sum: ['shop'] },
      /line 2: "S-1" is no number \(and 3 more\)\. Write numbers plainly/,
    ],
    ['text in a formula', { do: 'compute', column: 'x', add: ['id', 'status'] }, /line 2: "paid" is no number/],
    [
      'text in a comparison',
      { do: 'filter', all: [{ column: 'shop', is: '>', to: '1' }] },
      /line 2: "S-1" is no number/,
    ],
    ['no day', { do: 'filter', all: [{ column: 'shop', is: '>', to: '2026-01-01' }] }, /line 2: "S-1" is no day/],
  ])('%s: with line and remedy', async (_, step, message) => {
    await expect(world([step]).execute()).rejects.toThrow(message);
  });

  it('a zero to divide by', async () => {
    const step = { do: 'compute', column: 'x', divide: ['a', 'b'], decimals: 2 };
    await expect(world([step], 'a,b\n1,2\n1,0\n').execute()).rejects.toThrow(
      'line 3: This row would be divided by zero. Filter such rows out before.',
    );
  });

  it('ragged rows and open quotes are named with their lines', async () => {
    await expect(world([], 'a,b\n1,2\n3\n4,5,6\n').execute()).rejects.toThrow(
      'file.csv, line 3: This row has 1 cells, the header has 2 (and 1 more)',
    );
    await expect(world([], 'a,b\n1,2\n"3,4\n').execute()).rejects.toThrow(/line 3: A quote .* is not closed/);
    const error = await world([], 'a,a\n')
      .execute()
      .catch((one: unknown) => one);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).issues).toMatchObject([{ line: 1, code: 'duplicate_column' }]);
  });
});

describe('join', () => {
  const join = (unmatched: string) => [{ do: 'join', on: { shop: 'key' }, take: ['name'], unmatched }];
  const files = (second: string) => ({ files: { file: FILE, second }, params: undefined as never });
  const run = (unmatched: string, second: string) =>
    testPlugin(plugin, { ...files(second), params: { file: 'f', second: 's', recipe: recipe(join(unmatched)) } });

  it('refuses rows without a match unless it is told what to do with them', async () => {
    await expect(run('refuse', 'key,name\nS-1,One\nS-2,Two\n').execute()).rejects.toThrow(
      'line 5: Step 1 (join): the second file has no row for "S-3". Add it there, or set "unmatched" to "keep" or "drop".',
    );
  });

  it('refuses a key that stands twice: rows would multiply', async () => {
    await expect(run('keep', 'key,name\nS-1,One\nS-1,Two\n').execute()).rejects.toThrow(
      'second.csv, line 3: Step 1 (join): "S-1" is there twice. Keep one of the rows.',
    );
  });

  it('refuses a second file that is too large to be held', async () => {
    const rows = Array.from({ length: 200_001 }, (_, row) => `k${row},n`).join('\n');
    await expect(run('keep', `key,name\n${rows}`).execute()).rejects.toThrow(
      /more than 200,000 rows .* Give the larger file as the first one/,
    );
  });

  it('asks for the second file before anything is read', () => {
    expect(world(join('keep')).validate()).toEqual([
      { parameter: 'second', message: 'The recipe joins: choose a second file' },
    ]);
  });
});

describe('group', () => {
  it('holds a bounded number of groups', async () => {
    const rows = Array.from({ length: 50_001 }, (_, row) => `g${row},1`).join('\n');
    await expect(world([{ do: 'group', by: ['a'], sum: ['b'] }], `a,b\n${rows}`).execute()).rejects.toThrow(
      'the rows make more than 50,000 groups. Group by columns with fewer values.',
    );
  });
});

describe('a recipe that can not be followed names its step and a remedy', () => {
  it.each<[string, RegExp]>([
    ['{', /^The recipe is no JSON text/],
    ['[]', /^The recipe is \[\]\. Write an object in braces/],
    ['{"steps": [{"do": "sort"}]}', /^Step 1 has "sort" as "do"\. Set "do" to one of: select, rename,/],
    [recipe([{ do: 'select', column: ['a'] }]), /^Step 1 \(select\) has no "columns"\. Give "columns" a list/],
    [recipe([{ do: 'select', columns: ['a'], where: 1 }]), /^Step 1 \(select\) has "where", which is not known here/],
    [recipe([{ do: 'select', columns: ['a', 'a'] }]), /names the column "a" twice/],
    [
      recipe([{ do: 'compute', column: 'x', add: ['a', 'b'], multiply: ['a', 'b'] }]),
      /names 2 operations\. Name exactly one of/,
    ],
    [recipe([{ do: 'compute', column: 'x', divide: ['a', 'b'] }]), /divides without saying how exactly/],
    [recipe([{ do: 'compute', column: 'x', divide: ['a', { value: '0.0' }], decimals: 1 }]), /divides by zero/],
    [recipe([{ do: 'compute', column: 'x', add: ['a', { value: '1,5' }] }]), /has the value "1,5", which is no number/],
    [recipe([{ do: 'compute', column: 'x', subtract: ['a', 'b', 'c'] }]), /Give "subtract" a list of 2/],
    [
      recipe([{ do: 'filter', all: [{ column: 'a', is: '>', to: 'much' }] }]),
      /^Step 1 \(filter\) compares with "much"/,
    ],
    [recipe([{ do: 'group', by: ['a'] }]), /neither sums nor counts/],
    [
      recipe([
        { do: 'split', by: 'a' },
        { do: 'select', columns: ['a'] },
      ]),
      /^Step 1 \(split\) is not the last one/,
    ],
    [recipe([], { name: '../x' }), /^The output has the name "\.\.\/x"/],
    [recipe([], { nam: 'x' }), /^The output has "nam", which is not known here\. Known are: name, formulas/],
  ])('%s', (text, message) => {
    const run = testPlugin(plugin, { files: { file: FILE }, params: { file: 'f', recipe: text } });
    const issues = run.validate();
    expect(issues).toEqual([{ parameter: 'recipe', message: expect.stringMatching(message) }]);
  });

  it.each<[string, object, RegExp]>([
    [
      'a column that is not there',
      { do: 'select', columns: ['Amount'] },
      /Columns at this step are: id, shop, amount, status/,
    ],
    [
      'a name that is taken',
      { do: 'compute', column: 'shop', concat: ['id', 'id'] },
      /makes a column "shop", which is there already/,
    ],
    ['two columns of one name', { do: 'rename', columns: { id: 'shop' } }, /would leave two columns called "shop"/],
  ])('%s', async (_, step, message) => {
    await expect(world([{ do: 'filter', all: [{ column: 'id', is: 'not empty' }] }, step]).execute()).rejects.toThrow(
      message,
    );
    await expect(world([{ do: 'filter', all: [{ column: 'id', is: 'not empty' }] }, step]).execute()).rejects.toThrow(
      /^Step 2/,
    );
  });
});
