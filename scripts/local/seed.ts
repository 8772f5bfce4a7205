import { fork } from 'node:child_process';
import { join } from 'node:path';
import { within } from './processes.ts';
import type { SeedMessage, SeedResult } from './seed-runner.ts';

const SEED_LIMIT_MS = 120_000;

/** Fills a platform with the demo organization. The platform's environment reaches only the process that seeds. */
export const seedPlatform = (
  env: Record<string, string>,
  log: (text: string) => void = () => undefined,
): Promise<SeedResult> => inItsOwnProcess<SeedResult>([], env, log);

/** Brings an organization of an earlier run up to what is built now. @returns sentences for people */
export const updateSeeded = (env: Record<string, string>, organizationId: string): Promise<readonly string[]> =>
  inItsOwnProcess<readonly string[]>(['update', organizationId], env, () => undefined);

async function inItsOwnProcess<T>(
  args: readonly string[],
  env: Record<string, string>,
  log: (text: string) => void,
): Promise<T> {
  const child = fork(join(import.meta.dirname, 'seed-runner.ts'), args, {
    env: { ...process.env, ...env },
    silent: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4_000);
    });
  }
  const done = new Promise<T>((resolve, reject) => {
    child.on('message', (message: SeedMessage) => {
      if (message.type === 'log') log(message.text);
      if (message.type === 'done') resolve(message.result as T);
      if (message.type === 'failed') reject(new Error(`seeding failed: ${message.message}`));
    });
    child.once('exit', (code) => reject(new Error(`seeding ended with ${code}:\n${output.trim()}`)));
  });
  try {
    return await within(SEED_LIMIT_MS, `seeding took over ${SEED_LIMIT_MS / 1_000} s`, done);
  } finally {
    child.kill();
  }
}
