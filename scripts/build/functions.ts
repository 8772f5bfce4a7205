import { build, type BuildOptions } from 'esbuild';
import { existsSync } from 'node:fs';
import { rm, rename, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPlugins } from './plugins.ts';
import { ROOT } from './root.ts';
import { hashInputs, isBuilt, stamp } from './stamp.ts';

/** Installed in the cloud from `functions/package.json`; all else is in the bundle. */
const EXTERNAL = ['firebase-admin', 'firebase-functions', 'isolated-vm', 'pdfkit', 'stripe'];
const INPUTS = [
  'functions/src/**/*.ts',
  'domain/src/**/*.ts',
  'plugins/**/*.{ts,json}',
  'functions/package.json',
  'package-lock.json',
  'scripts/build.ts',
  'scripts/build/*.ts',
];
const LIB = join(ROOT, 'functions', 'lib');

/** `functions/lib`: the functions, the sandbox's child, the local clock, and the plugins. */
export async function buildFunctions(log: (line: string) => void): Promise<'built' | 'unchanged'> {
  const stampFile = join(LIB, '.build');
  const inputs = hashInputs(INPUTS);
  if (isBuilt(stampFile, inputs)) return 'unchanged';
  // Built aside and put in place as a whole: whoever runs the old build never sees half of the new one.
  const fresh = join(ROOT, '.local', `build-${process.pid}`);
  try {
    await mkdir(fresh, { recursive: true });
    await Promise.all([bundleWorker(fresh), bundleChild(fresh)]);
    const plugins = await buildPlugins(join(fresh, 'plugins'));
    log(
      `plugins: ${plugins.map(({ manifest, codeHash }) => `${manifest.name} ${manifest.version} (${codeHash.slice(0, 12)})`).join(', ')}`,
    );
    await stamp(join(fresh, '.build'), inputs);
    await rm(LIB, { recursive: true, force: true });
    await rename(fresh, LIB);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return 'built';
}

const common: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  sourcemap: true,
  sourcesContent: false,
  external: EXTERNAL.flatMap((name) => [name, `${name}/*`]),
  charset: 'utf8',
  logLevel: 'silent',
  // Some bundled CommonJS packages ask for Node's own modules by require, which ESM lacks.
  banner: {
    js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
  },
};

/** Split, so that what is imported dynamically is loaded when it is first needed: a cold start stays short. */
async function bundleWorker(outdir: string): Promise<void> {
  const entries = ['index', 'local-clock'].filter((name) => existsSync(join(ROOT, 'functions', 'src', `${name}.ts`)));
  await build({
    ...common,
    outdir,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    entryPoints: [
      ...entries.map((name) => ({ in: `functions/src/${name}.ts`, out: name })),
      // By itself too, so that the sandbox of a built folder can be tried.
      { in: 'functions/src/sandbox/index.ts', out: 'sandbox' },
    ],
  });
}

/** In one file: the child may read nothing else. */
async function bundleChild(outdir: string): Promise<void> {
  await build({ ...common, outdir, entryPoints: [{ in: 'functions/src/sandbox/child.ts', out: 'sandbox-child' }] });
}
