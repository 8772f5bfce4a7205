import { findRunningPlatform, startPlatform } from '../platform.ts';
import { seedPlatform } from '../local/seed.ts';
import type { ClientTarget } from './client.ts';

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
      ...target(running.projectId, running.env),
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
      ...target(platform.projectId, platform.env),
      organizationId: seeded.organizationId,
      accounts: seeded.accounts,
      close: async () => void (await platform.stop()),
    };
  } catch (error) {
    await platform.stop();
    throw error;
  }
}

function target(
  projectId: string,
  env: Record<string, string>,
): Pick<DemoPlatform, 'projectId' | 'storageBucket' | 'hosts' | 'env'> {
  const need = (name: string): string => {
    const value = env[name];
    if (value === undefined) throw new Error(`The platform gives no ${name}`);
    return value;
  };
  return {
    projectId,
    storageBucket:
      (JSON.parse(env['FIREBASE_CONFIG'] ?? '{}') as { storageBucket?: string }).storageBucket ??
      `${projectId}.appspot.com`,
    hosts: {
      auth: need('FIREBASE_AUTH_EMULATOR_HOST'),
      firestore: need('FIRESTORE_EMULATOR_HOST'),
      functions: new URL(need('FUNCTIONS_BASE_URL')).host,
      storage: need('FIREBASE_STORAGE_EMULATOR_HOST'),
    },
    env,
  };
}
