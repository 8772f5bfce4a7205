import { AppError } from '@countersign/domain/errors';
import { GoogleAuth } from 'google-auth-library';

/** Names of the secrets that connectors fetch when they need them; none is in a worker's environment in the cloud. */
export type SecretName = 'stripe-secret-key' | 'stripe-webhook-secret' | 'checkpoint-signing-key';

const CACHE_MS = 5 * 60_000;
const cache = new Map<SecretName, { at: number; value: Promise<string> }>();

/**
 * What the one who runs the deployment has put in: the newest version of a secret in Secret Manager; on one machine, the
 * variable of the same name. What two people set in the app goes before it: `secret-in-force.ts`.
 */
export function fetchSecret(name: SecretName): Promise<string> {
  const cached = cache.get(name);
  if (cached !== undefined && Date.now() - cached.at < CACHE_MS) return cached.value;
  const value = isLocal() ? localSecret(name) : fromSecretManager(name);
  cache.set(name, { at: Date.now(), value });
  value.catch(() => cache.delete(name));
  return value;
}

export function isLocal(): boolean {
  return process.env['FUNCTIONS_EMULATOR'] === 'true' || process.env['FIRESTORE_EMULATOR_HOST'] !== undefined;
}

async function localSecret(name: SecretName): Promise<string> {
  const value = process.env[name.toUpperCase().replaceAll('-', '_')];
  if (value === undefined || value === '')
    throw new AppError('failed_precondition', `The secret ${name} is not set on this machine`);
  return value;
}

async function fromSecretManager(name: SecretName): Promise<string> {
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
  const project = await auth.getProjectId();
  const url = `https://secretmanager.googleapis.com/v1/projects/${project}/secrets/${name}/versions/latest:access`;
  const response = await auth.request<{ payload?: { data?: string } }>({ url, timeout: 10_000 });
  const data = response.data.payload?.data;
  if (data === undefined) throw new AppError('failed_precondition', `The secret ${name} has no value`);
  return Buffer.from(data, 'base64').toString('utf8');
}
