import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ROOT } from '../build/root.ts';

/** What `firebase … --json` prints: its own envelope. */
export type CliAnswer =
  | { readonly status: 'success'; readonly result: unknown }
  | { readonly status: 'error'; readonly error: string };

/** The Firebase CLI, as far as the deploy needs it. */
export interface FirebaseCli {
  /** Ask something; changes nothing when the command does not. */
  json(args: readonly string[]): Promise<CliAnswer>;
  /** Run a command with the terminal as its own. @returns its exit code */
  run(args: readonly string[]): Promise<number>;
}

const ANSWER_LIMIT_MS = 90_000;
const MAX_CHARS = 20_000_000;

/** @param program a script of the CLI, run by this Node; firebase-tools' own when left out */
export function firebaseCli(program: string = ownCli(), env: NodeJS.ProcessEnv = process.env): FirebaseCli {
  return {
    json: (args) =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, [program, ...args, '--json', '--non-interactive'], {
          cwd: ROOT,
          env,
          stdio: ['ignore', 'pipe', 'ignore'],
          timeout: ANSWER_LIMIT_MS,
        });
        let output = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          if (output.length < MAX_CHARS) output += text;
        });
        child.once('error', (error) => resolve({ status: 'error', error: error.message }));
        child.once('close', (code, signal) => resolve(parseAnswer(output, code ?? String(signal))));
      }),
    run: (args) =>
      new Promise((resolve) => {
        const child = spawn(process.execPath, [program, ...args], { cwd: ROOT, env, stdio: 'inherit' });
        child.once('error', () => resolve(1));
        child.once('close', (code) => resolve(code ?? 1));
      }),
  };
}

/** Lines before the JSON are warnings of Node or of the CLI. */
export function parseAnswer(output: string, exit: number | string): CliAnswer {
  const start = output.search(/^\{/m);
  try {
    const answer = JSON.parse(output.slice(Math.max(0, start))) as {
      status?: unknown;
      result?: unknown;
      error?: unknown;
    };
    if (answer.status === 'success') return { status: 'success', result: answer.result ?? null };
    return {
      status: 'error',
      error: typeof answer.error === 'string' ? answer.error : 'the Firebase CLI gave no reason',
    };
  } catch {
    return { status: 'error', error: `the Firebase CLI gave no answer (exit ${exit})` };
  }
}

function ownCli(): string {
  return join(
    dirname(createRequire(import.meta.url).resolve('firebase-tools/package.json')),
    'lib',
    'bin',
    'firebase.js',
  );
}
