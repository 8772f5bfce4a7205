import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { AppError } from '@countersign/domain/errors';

export interface SandboxChild {
  /** The limit of its isolate, which stands before there is a run. */
  readonly memoryMiB: number;
  readonly process: ChildProcess;
  readonly channel: Duplex;
  /** The end of what it wrote to standard error: V8's last words when it broke. */
  readonly lastWords: () => string;
}

const LAST_WORDS_LENGTH = 2_000;

/**
 * Node with an isolate in it and nothing else: an empty environment (but for the time zone, which would otherwise be
 * the machine's and change results), no right to write, to start processes or threads, or to read any but its own files.
 */
export function startChild(memoryMiB: number): SandboxChild {
  const program = childProgram();
  const addon = nativeAddon();
  const child = spawn(
    process.execPath,
    [
      '--no-node-snapshot',
      '--no-warnings',
      // isolated-vm gives a heap a nursery of 2 MiB: code that makes many small things runs half as fast again.
      `--max-semi-space-size=${nurseryMiB(memoryMiB)}`,
      '--permission',
      '--allow-addons',
      ...program.readable.map((path) => `--allow-fs-read=${path}`),
      `--allow-fs-read=${addon}`,
      program.file,
      addon,
      String(memoryMiB),
    ],
    { env: { TZ: 'UTC' }, stdio: ['ignore', 'ignore', 'pipe', 'pipe'], cwd: dirname(program.file) },
  );
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-LAST_WORDS_LENGTH);
  });
  return { memoryMiB, process: child, channel: child.stdio[3] as Duplex, lastWords: () => words };
}

/** Node's own 16 MiB, less in a small heap: V8 holds three of them. */
function nurseryMiB(memoryMiB: number): number {
  return Math.max(1, Math.min(16, Math.floor(memoryMiB / 8)));
}

/** The bundled child beside the bundled worker; run from source (tests, scripts), the source itself. */
function childProgram(): { readonly file: string; readonly readable: readonly string[] } {
  const here = dirname(fileURLToPath(import.meta.url));
  for (const folder of [here, dirname(here)]) {
    const bundled = join(folder, 'sandbox-child.js');
    if (existsSync(bundled)) return { file: bundled, readable: [bundled] };
  }
  const source = join(here, 'child.ts');
  if (!existsSync(source)) throw new AppError('internal', 'The sandbox child is missing: build the functions first');
  return { file: source, readable: [join(here, '*')] };
}

/** The prebuilt addon itself: the package's own loader looks around the file system, which the child may not. */
function nativeAddon(): string {
  const folder = dirname(createRequire(import.meta.url).resolve('isolated-vm/package.json'));
  const compiled = join(folder, 'build', 'Release', 'isolated_vm.node');
  if (existsSync(compiled)) return compiled;
  const prebuilds = join(folder, 'prebuilds', `${process.platform}-${process.arch}`);
  const start = `isolated-vm.abi${process.versions.modules}`;
  const libc = process.platform !== 'linux' ? '' : isGlibc() ? '.glibc' : '.musl';
  const file = join(prebuilds, `${start}${libc}.node`);
  if (existsSync(file)) return file;
  const there = existsSync(prebuilds) ? readdirSync(prebuilds).join(', ') : 'none';
  throw new AppError(
    'internal',
    `isolated-vm has no build for ${process.platform} ${process.arch}, Node ${process.versions.node} (there: ${there}); use Node 24`,
  );
}

function isGlibc(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime !== undefined;
}
