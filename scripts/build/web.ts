import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppError } from '@countersign/domain/errors';
import { ROOT } from './root.ts';
import { hashInputs, isBuilt, stamp } from './stamp.ts';

const INPUTS = ['web/**/*.{ts,tsx,css,html,json,svg,png,ico,woff2}', 'domain/src/**/*.ts', 'package-lock.json'];
const GENERATED = /^web\/dist\//;
const LIMIT_MS = 5 * 60_000;

/** `web/dist` by Vite, in a process of its own. */
export async function buildWeb(): Promise<'built' | 'unchanged' | 'absent'> {
  if (!existsSync(join(ROOT, 'web', 'index.html'))) return 'absent';
  const stampFile = join(ROOT, 'web', 'dist', '.build');
  const inputs = hashInputs(INPUTS, GENERATED);
  if (isBuilt(stampFile, inputs)) return 'unchanged';
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin', 'vite.js');
  await runNode([vite, 'build', '--logLevel', 'warn'], join(ROOT, 'web'));
  await stamp(stampFile, inputs);
  return 'built';
}

function runNode(args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
      // Whoever asks (a test runner, say): what is built is what is deployed.
      env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' },
    });
    let output = '';
    const keep = (text: Buffer): void => {
      output = (output + text.toString('utf8')).slice(-3_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new AppError('internal', `The web build failed:\n${output}`)),
    );
  });
}
