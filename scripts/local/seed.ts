import { fork } from 'node:child_process';
import { join } from 'node:path';
import { within } from './processes.ts';
import type { SeedMessage, SeedResult } from './seed-runner.ts';

const SEED_LIMIT_MS = 120_000;

/** Fills a platform with the demo organization. The platform's environment reaches only the process that seeds. */
export async function seedPlatform(
  env: Record<string, string>,
  log: (text: string) => void = () => undefined,
): Promise<SeedResult> {
  const child = fork(join(import.meta.dirname, 'seed-runner.ts'), { env: { ...process.env, ...env }, silent: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4_000);
    });
  }
  const done = new Promise<SeedResult>((resolve, reject) => {
    child.on('message', (message: SeedMessage) => {
      if (message.type === 'log') log(message.text);
      if (message.type === 'seeded') resolve(message.result);
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
