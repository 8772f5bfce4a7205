import { spawn } from 'node:child_process';

/** A lack that the user can put right; the message says how. */
export class SetupError extends Error {}

/** Steps shorter than this are not worth a line, unless all are shown. */
const QUIET_MS = 300;

/**
 * Runs a step and prints it with its time, on standard error: standard output belongs to the command.
 * @template T
 * @param {string} name
 * @param {boolean} always print it however quick it was
 * @param {(note: (text: string) => void) => Promise<T>} work may note what is going to take long
 * @returns {Promise<T>}
 */
export async function step(name, always, work) {
  const start = Date.now();
  const result = await work((text) => process.stderr.write(`  … ${name}: ${text}\n`));
  const ms = Date.now() - start;
  if (always || ms >= QUIET_MS)
    process.stderr.write(`  ✓ ${name.padEnd(34)} ${(ms / 1000).toFixed(1).padStart(6)} s\n`);
  return result;
}

/**
 * Runs a program to its end.
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<{ code: number, output: string }>} the output is both streams, its last 20,000 characters
 */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const collect = (chunk) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** The end of a program's output, indented, for an error message. */
export const tail = (output) =>
  output
    .trim()
    .split('\n')
    .slice(-8)
    .map((line) => `    ${line}`)
    .join('\n');
