/** Runs scripts/seed.ts in a process of its own, with the platform's environment, and sends back what it returns. */
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

export type SeedMessage =
  | { type: 'log'; text: string }
  | { type: 'seeded'; result: SeedResult }
  | { type: 'failed'; message: string };

/** The contract of scripts/seed.ts: `export async function seed(env, log): Promise<SeedResult>`. */
export interface SeedResult {
  organizationId: string;
  accounts: { email: string; password: string; name: string; roles: string[] }[];
  sampleFiles: string[];
}

type Seed = (env: Record<string, string>, log: (text: string) => void) => Promise<SeedResult>;

const report = (message: SeedMessage): Promise<void> =>
  new Promise((resolve) => process.send?.(message, undefined, {}, () => resolve()));

try {
  const module = (await import(pathToFileURL(join(import.meta.dirname, '..', 'seed.ts')).href)) as { seed: Seed };
  const env = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
  const result = await module.seed(env, (text) => void report({ type: 'log', text }));
  await report({ type: 'seeded', result });
  process.exit(0);
} catch (error) {
  await report({ type: 'failed', message: (error as Error).stack ?? String(error) });
  process.exit(1);
}
