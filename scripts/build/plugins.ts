import { build } from 'esbuild';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '@countersign/domain/errors';
import { sha256Hex } from '@countersign/domain/hash';
import { manifestSchema, type Manifest } from '@countersign/domain/schemas/plugin';
import { runPlugin } from '../../functions/src/sandbox/index.ts';
import { ROOT } from './root.ts';

export interface CatalogueEntry {
  readonly manifest: Manifest;
  /** SHA-256 of the bundle's text. */
  readonly codeHash: string;
  /** The bundle's name beside `catalogue.json`. */
  readonly file: string;
}

const SDK = 'sdk';
/** The manifest must not depend on the day of the build. */
const BUILD_CLOCK = { now: '2000-01-01T00:00:00.000Z', seed: 'build' };

/** Folders below `pluginsFolder` with a `src/index.ts`, the SDK left out, in order of name. */
export function findPlugins(pluginsFolder: string): string[] {
  return readdirSync(pluginsFolder, { withFileTypes: true })
    .filter(
      (entry) =>
        entry.isDirectory() && entry.name !== SDK && existsSync(join(pluginsFolder, entry.name, 'src', 'index.ts')),
    )
    .map((entry) => entry.name)
    .sort();
}

/** Bundle every plugin, ask each for its manifest in the sandbox, and write bundles and `catalogue.json`. */
export async function buildPlugins(
  outFolder: string,
  pluginsFolder: string = join(ROOT, 'plugins'),
): Promise<CatalogueEntry[]> {
  await mkdir(outFolder, { recursive: true });
  const entries: CatalogueEntry[] = [];
  for (const folder of findPlugins(pluginsFolder)) {
    const { manifest, codeHash, code } = await buildPlugin(join(pluginsFolder, folder));
    const file = `${manifest.name}.js`;
    await writeFile(join(outFolder, file), code);
    entries.push({ manifest, codeHash, file });
  }
  await writeFile(join(outFolder, 'catalogue.json'), `${JSON.stringify(entries, null, 2)}\n`);
  return entries;
}

/** One plugin from its folder: its bundle, and the manifest that it gives in the sandbox. */
export async function buildPlugin(
  folder: string,
): Promise<{ readonly manifest: Manifest; readonly codeHash: string; readonly code: string }> {
  const code = await bundlePlugin(folder);
  const codeHash = sha256Hex(code);
  return { manifest: await readManifest(basename(folder), code, codeHash), codeHash, code };
}

/**
 * One plugin as text for the isolate. Same source, same text: no paths, comments or dates in it. Names are kept, so
 * that the stack of an error can be read.
 */
export async function bundlePlugin(folder: string): Promise<string> {
  const result = await build({
    stdin: {
      contents:
        "import plugin from './src/index.ts';\nimport { serve } from '@countersign/plugin-sdk/runtime';\nserve(plugin);\n",
      resolveDir: folder,
      sourcefile: 'bundle.ts',
      loader: 'ts',
    },
    absWorkingDir: ROOT,
    // A plugin outside this project finds the SDK here.
    nodePaths: [join(ROOT, 'node_modules')],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2024',
    charset: 'utf8',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    treeShaking: true,
    sourcemap: false,
    logLevel: 'silent',
    // An isolate is no browser either: what reads these must find nothing.
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return (result.outputFiles[0] as { text: string }).text;
}

async function readManifest(folder: string, code: string, codeHash: string): Promise<Manifest> {
  const { result } = await runPlugin({
    code,
    codeHash,
    entry: 'manifest',
    input: null,
    clock: BUILD_CLOCK,
    capabilities: [],
    handlers: {},
    onLog: () => undefined,
  });
  const parsed = manifestSchema.safeParse(result);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AppError(
      'plugin_error',
      `plugins/${folder}: its manifest is not right: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    );
  }
  if (parsed.data.name !== folder)
    throw new AppError(
      'plugin_error',
      `plugins/${folder}: the plugin calls itself "${parsed.data.name}"; name it like its folder`,
    );
  return parsed.data;
}
