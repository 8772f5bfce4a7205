import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { ROOT } from './run-folder.ts';
import { sleep } from './processes.ts';

/** What the built functions and web app are made from. */
const INPUTS = ['domain', 'functions', 'plugins', 'web', 'scripts/build.ts', 'scripts/build', 'package-lock.json'];
const OUTPUTS = ['functions/lib/index.js', 'web/dist/index.html'];
/** Made by the build, or by tools: changes here are no reason to build again. */
const IGNORED = /(?:^|\/)(?:node_modules|lib|dist|generated|coverage|\..+|.+\.test\.tsx?)$/;

const STAMP = join(ROOT, '.local', 'build.stamp');
const LOCK = join(ROOT, '.local', 'build.lock');
const LOCK_WAIT_MS = 180_000;
const OUTPUT_LIMIT = 4_000;

/** Runs scripts/build.ts when a source changed since the last build. Returns whether it built. */
export async function buildIfNeeded(): Promise<boolean> {
  const script = join(ROOT, 'scripts', 'build.ts');
  if (!existsSync(script)) return false;
  if (await isCurrent()) return false;
  return whileLocked(async () => {
    // Another run may have built while this one waited.
    if (await isCurrent()) return false;
    const before = await fingerprint();
    await runBuild(script);
    await writeFile(STAMP, before);
    return true;
  });
}

async function isCurrent(): Promise<boolean> {
  if (!OUTPUTS.every((path) => existsSync(join(ROOT, path)))) return false;
  return (await readFile(STAMP, 'utf8').catch(() => '')) === (await fingerprint());
}

/** A hash over names, sizes and times of the sources: quick, and a checkout or an edit changes it. */
async function fingerprint(): Promise<string> {
  const lines: string[] = [];
  const visit = async (path: string): Promise<void> => {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return;
    if (found.isFile()) {
      lines.push(`${relative(ROOT, path)} ${found.size} ${found.mtimeMs}`);
      return;
    }
    for (const name of await readdir(path)) if (!IGNORED.test(name)) await visit(join(path, name));
  };
  for (const input of INPUTS) await visit(join(ROOT, input));
  return createHash('sha256').update(lines.toSorted().join('\n')).digest('hex');
}

async function runBuild(script: string): Promise<void> {
  const child = spawn(process.execPath, [script], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-OUTPUT_LIMIT);
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the build failed (npm run build):\n${output.trim()}`);
}

async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
  await mkdir(join(ROOT, '.local'), { recursive: true });
  const deadline = Date.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      await mkdir(LOCK);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const made = (await stat(LOCK).catch(() => undefined))?.mtimeMs ?? Date.now();
      // Older than any build takes: left by a killed run.
      if (Date.now() - made > LOCK_WAIT_MS || Date.now() > deadline) await rm(LOCK, { recursive: true, force: true });
      else await sleep(250);
    }
  }
  try {
    return await work();
  } finally {
    await rm(LOCK, { recursive: true, force: true });
  }
}
