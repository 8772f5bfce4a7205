/**
 * Runs scripts/seed.ts in a process of its own, with the platform's environment, and sends back what it returns:
 * `seed`, or with the arguments `update ORG` its `update`.
 */
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

export type SeedMessage =
  | { type: 'log'; text: string }
  | { type: 'done'; result: SeedResult | readonly string[] }
  | { type: 'failed'; message: string };

/** What an earlier start has made. */
export interface SeedResult {
  organizationId: string;
  accounts: { email: string; password: string; name: string; roles: string[] }[];
  sampleFiles: string[];
  /** SHA-256 of the built catalogue that the organization has. */
  catalogue?: string;
}

interface Seed {
  readonly seed: (env: Record<string, string>, log: (text: string) => void) => Promise<SeedResult>;
  readonly update: (env: Record<string, string>, organizationId: string) => Promise<readonly string[]>;
}

const report = (message: SeedMessage): Promise<void> =>
  new Promise((resolve) => process.send?.(message, undefined, {}, () => resolve()));

try {
  const module = (await import(pathToFileURL(join(import.meta.dirname, '..', 'seed.ts')).href)) as Seed;
  const env = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
  const [action, organizationId = ''] = process.argv.slice(2);
  const result =
    action === 'update'
      ? await module.update(env, organizationId)
      : await module.seed(env, (text) => void report({ type: 'log', text }));
  await report({ type: 'done', result });
  process.exit(0);
} catch (error) {
  await report({ type: 'failed', message: (error as Error).stack ?? String(error) });
  process.exit(1);
}
