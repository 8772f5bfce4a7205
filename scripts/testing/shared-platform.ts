import { seedPlatform } from '../local/seed.ts';
import type { SeedResult } from '../local/seed-runner.ts';
import { startPlatform, type Platform, type PlatformInfo, type PlatformOptions } from '../platform.ts';

/** Holds a PlatformInfo as JSON, for the tests. */
const VARIABLE = 'COUNTERSIGN_PLATFORM';

/** The platform that the suites rules, integration and e2e share; what it needs is in `process.env` as well. */
export function sharedPlatform(): PlatformInfo {
  const text = process.env[VARIABLE];
  if (text === undefined) throw new Error('no shared platform: run this through vitest and its project');
  return JSON.parse(text) as PlatformInfo;
}

/**
 * Starts it, unless this run has one already, and puts its environment into this process, from where the test workers
 * inherit it. Returns what ends it.
 */
export async function provideSharedPlatform(
  options: PlatformOptions & { seed: boolean },
): Promise<() => Promise<void>> {
  if (process.env[VARIABLE] !== undefined) return async () => undefined;
  const { seed, ...platformOptions } = options;
  const platform = await startPlatform({ ports: 'free', ...platformOptions });
  try {
    const seeded = seed ? await seedPlatform(platform.env) : undefined;
    await platform.setDemoAccounts(seeded?.accounts ?? []);
    Object.assign(process.env, sharedEnvironment(platform, seeded));
  } catch (error) {
    await platform.stop();
    throw error;
  }
  return async () => {
    await platform.stop();
  };
}

function sharedEnvironment(platform: Platform, seeded: SeedResult | undefined): Record<string, string> {
  const info: PlatformInfo = {
    pid: process.pid,
    projectId: platform.projectId,
    ports: platform.ports,
    env: platform.env,
    appUrl: platform.appUrl,
    functionsUrl: platform.functionsUrl,
    dataDir: platform.dataDir,
    accounts: seeded?.accounts ?? [],
    ...(seeded === undefined ? {} : { organizationId: seeded.organizationId, sampleFiles: seeded.sampleFiles }),
  };
  return { ...platform.env, [VARIABLE]: JSON.stringify(info) };
}
