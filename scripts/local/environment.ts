import { randomBytes } from 'node:crypto';
import { delimiter, dirname, join } from 'node:path';
import type { Ports } from './ports.ts';
import { RUN_MARK } from './processes.ts';
import { FIRESTORE_PLACEHOLDER, STORAGE_RULES_PLACEHOLDER, type RunFolder } from './run-folder.ts';

export const REGION = 'us-central1';
export const LOCAL_STRIPE_KEY = 'sk_test_local';

export interface EnvironmentOptions {
  /** Handed to the functions' processes, the local Stripe and the clock. */
  env?: Record<string, string>;
  /** The local Stripe, or another Stripe-compatible server (whose key is `secretKey`, else the local test key). */
  stripe?: 'local' | { baseUrl: string; secretKey?: string };
}

/** What a program needs to use a platform; what the caller gives goes before it. */
export function platformEnv(
  ports: Ports,
  projectId: string,
  dataDir: string,
  { stripe = 'local', env = {} }: EnvironmentOptions,
): Record<string, string> {
  const at = (port: number): string => `127.0.0.1:${port}`;
  const stripeEnv =
    stripe === 'local'
      ? { STRIPE_API_BASE: `http://${at(ports.stripe)}`, STRIPE_SECRET_KEY: LOCAL_STRIPE_KEY }
      : { STRIPE_API_BASE: stripe.baseUrl, STRIPE_SECRET_KEY: stripe.secretKey ?? LOCAL_STRIPE_KEY };
  return {
    GCLOUD_PROJECT: projectId,
    GOOGLE_CLOUD_PROJECT: projectId,
    FIREBASE_CONFIG: JSON.stringify({ projectId, storageBucket: bucketOf(projectId) }),
    FIRESTORE_EMULATOR_HOST: at(ports.firestore),
    FIREBASE_AUTH_EMULATOR_HOST: at(ports.auth),
    FIREBASE_STORAGE_EMULATOR_HOST: at(ports.storage),
    STORAGE_EMULATOR_HOST: `http://${at(ports.storage)}`,
    CLOUD_TASKS_EMULATOR_HOST: at(ports.tasks),
    FUNCTIONS_BASE_URL: `http://${at(ports.functions)}/${projectId}/${REGION}`,
    APP_URL: `http://${at(ports.app)}`,
    // The local Stripe sends its events there, signed with this secret.
    STRIPE_WEBHOOK_URL: `http://${at(ports.functions)}/${projectId}/${REGION}/stripeWebhook`,
    STRIPE_WEBHOOK_SECRET: `whsec_${randomBytes(24).toString('hex')}`,
    METADATA_SERVER_DETECTION: 'none',
    CHECKPOINT_DIR: join(dataDir, 'checkpoints'),
    SECRETS_DIR: join(dataDir, 'secrets'),
    LOCAL_KEY_DIR: join(dataDir, 'keys'),
    ...stripeEnv,
    ...env,
  };
}

/** The bucket that the emulators and the admin SDK agree on. */
export const bucketOf = (projectId: string): string => `${projectId}.appspot.com`;

/** The environment of the host and, through it, of the functions. Credentials of the user's real projects stay out. */
export function hostEnv(folder: RunFolder, runId: string, env: Record<string, string>): Record<string, string> {
  const inherited: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    const dangerous = /^(GOOGLE_|GCLOUD_|CLOUDSDK_|FIREBASE_|FIRESTORE_|STRIPE_|VITEST|NODE_OPTIONS|NODE_V8_COVERAGE)/;
    if (value !== undefined && !dangerous.test(name)) inherited[name] = value;
  }
  const noProxy = [process.env['NO_PROXY'] ?? process.env['no_proxy'], '127.0.0.1,localhost'].filter(Boolean).join(',');
  return {
    ...inherited,
    ...env,
    [RUN_MARK]: runId,
    NODE_ENV: process.env['NODE_ENV'] === 'production' ? 'production' : 'development',
    NO_PROXY: noProxy,
    no_proxy: noProxy,
    PATH: [folder.bin, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    HIDANE_SHIM_DIR: folder.bin,
    TMPDIR: folder.temporary,
    // No account, no settings and no usage reports of the user's own firebase-tools.
    XDG_CONFIG_HOME: join(folder.temporary, 'config'),
    FIRESTORE_EMULATOR_BINARY_PATH: join(folder.bin, FIRESTORE_PLACEHOLDER),
    STORAGE_EMULATOR_BINARY_PATH: join(folder.bin, STORAGE_RULES_PLACEHOLDER),
    // Each event that finds no idle process starts one: unlimited, a burst takes gigabytes.
    FUNCTIONS_EMULATOR_PARALLEL: env['FUNCTIONS_EMULATOR_PARALLEL'] ?? '4',
    // Near the memory that a function has in the cloud: what would not fit there must not pass here.
    NODE_OPTIONS: '--max-old-space-size=384',
    // Discovery through a file, not through a port that another run could hold.
    FIREBASE_FUNCTIONS_DISCOVERY_OUTPUT_PATH: 'true',
  };
}
