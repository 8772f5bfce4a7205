/**
 * `npm run new-plugin -- NAME`: a plugin folder that builds, with a test. It reads a CSV file, says how many rows it
 * has, and proposes no effects; nothing outside the folder needs an edit.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError } from '@countersign/domain/errors';
import { ROOT } from './build/root.ts';
import { runCommandLine, UsageError } from './command-line.ts';

const NAME = /^[a-z][a-z0-9-]{1,60}$/;

/** Writes the folder and gives its path. @throws AppError when the name is not fit, or taken */
export async function createPlugin(name: string, pluginsFolder: string = join(ROOT, 'plugins')): Promise<string> {
  if (!NAME.test(name))
    throw new AppError(
      'invalid_argument',
      `"${name}" is not a plugin's name: small letters, digits and hyphens, such as bank-fees`,
    );
  const folder = join(pluginsFolder, name);
  if (existsSync(folder)) throw new AppError('already_exists', `${relative(ROOT, folder)} is there already`);
  await mkdir(join(folder, 'src'), { recursive: true });
  await writeFile(join(folder, 'package.json'), packageOf(name));
  await writeFile(join(folder, 'src', 'index.ts'), sourceOf(name));
  await writeFile(join(folder, 'src', `${name}.test.ts`), testOf(name));
  return folder;
}

function packageOf(name: string): string {
  const manifest = {
    name: `@countersign/plugin-${name}`,
    version: '1.0.0',
    private: true,
    license: 'Apache-2.0',
    type: 'module',
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function sourceOf(name: string): string {
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
  return `import { definePlugin, readCsv } from '@countersign/plugin-sdk';

const MAX_ROWS = 10_000;
const COLUMNS = [
  { name: 'reference', required: true, help: 'Your own number of this row' },
  { name: 'note', required: false, help: 'For your own records' },
];

export default definePlugin({
  name: '${name}',
  version: '1.0.0',
  title: '${title}',
  description: 'Counts the rows of a CSV file.',
  category: 'data',
  riskLevel: 'low',
  capabilities: ['files.read'],
  parameters: [
    { type: 'file', name: 'file', label: 'File', accept: ['text/csv'], columns: COLUMNS, maxRows: MAX_ROWS },
  ],

  async execute(_parameters, context) {
    const table = readCsv(await context.files.text('file'), { columns: COLUMNS, maxRows: MAX_ROWS });
    context.log.info(\`Read \${table.rows.length} rows\`);
    return {
      effects: [],
      problems: [],
      rowCount: table.rows.length,
      refusedTotals: [],
      message: \`The file has \${table.rows.length} rows.\`,
      metrics: { Rows: String(table.rows.length) },
      warnings: [],
    };
  },

  report: async ({ outcomes }) => ({
    success: outcomes.every((outcome) => outcome.status === 'succeeded'),
    message: 'Nothing was to be done.',
    files: [],
    notifications: [],
  }),
});
`;
}

function testOf(name: string): string {
  return `import { expect, it } from 'vitest';
import { testPlugin } from '@countersign/plugin-sdk/test-kit';
import plugin from './index.ts';

const run = (file: string) => testPlugin(plugin, { files: { file }, params: { file: 'file-1' } }).execute();

it('${name} counts the rows of its file', async () => {
  expect(await run('reference,note\\nA-1,first\\nA-2,\\n')).toMatchObject({ rowCount: 2, effects: [] });
});

it('${name} refuses a file without its columns', async () => {
  await expect(run('note\\nfirst\\n')).rejects.toThrow(/"reference" is missing/);
});
`;
}

async function main(): Promise<number> {
  const [name, ...more] = process.argv.slice(2);
  if (name === undefined || more.length > 0) throw new UsageError('Name one plugin');
  const folder = relative(ROOT, await createPlugin(name));
  console.log(`${folder} is there. Try it: npm run plan -- ${name} --file file=SOME.csv`);
  console.log(`Its test, with Node 24 on PATH: npx vitest run ${folder}`);
  return 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  await runCommandLine('npm run new-plugin -- NAME, such as bank-fees', main);
