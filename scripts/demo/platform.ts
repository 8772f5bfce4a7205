import { findRunningPlatform, startPlatform } from '../platform.ts';
import { seedPlatform } from '../local/seed.ts';
import { targetOf, type ClientTarget } from './client.ts';

export interface DemoPlatform extends ClientTarget {
  readonly env: Record<string, string>;
  readonly organizationId: string;
  readonly accounts: readonly {
    readonly email: string;
    readonly password: string;
    readonly name: string;
    readonly roles: readonly string[];
  }[];
  /** Ends the platform if this run started it. */
  close(): Promise<void>;
}

/** The platform that is up; else, or for another Stripe, one of its own on free ports that ends with the demo. */
export async function demoPlatform(stripeBase: string | undefined, say: (line: string) => void): Promise<DemoPlatform> {
  const running = stripeBase === undefined ? await findRunningPlatform() : null;
  if (running !== null && running.organizationId !== undefined) {
    say(`Using the platform at ${running.appUrl}`);
    return {
      ...targetOf(running),
      env: running.env,
      organizationId: running.organizationId,
      accounts: running.accounts,
      close: async () => undefined,
    };
  }
  say(
    stripeBase === undefined
      ? 'Starting a platform (none is up)'
      : `Starting a platform that pays through ${stripeBase}`,
  );
  const platform = await startPlatform({
    ports: 'free',
    quiet: true,
    stripe: stripeBase === undefined ? 'local' : { baseUrl: stripeBase },
  });
  const end = (): void => void platform.stop().then(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
  try {
    // Somebody else's server is not filled with accounts of ours.
    const seeded = await seedPlatform({
      ...platform.env,
      SEED_CONNECTED_ACCOUNTS: stripeBase === undefined ? 'yes' : 'no',
    });
    return {
      ...targetOf(platform),
      env: platform.env,
      organizationId: seeded.organizationId,
      accounts: seeded.accounts,
      close: async () => void (await platform.stop()),
    };
  } catch (error) {
    await platform.stop();
    throw error;
  }
}
