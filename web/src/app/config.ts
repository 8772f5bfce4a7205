import { AppError } from '@countersign/domain/errors';
import type { Role } from '@countersign/domain/schemas/common';

interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface DemoAccount {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly roles: readonly Role[];
}

/** What `/config.json` holds: which project this site talks to, and the emulators when it runs on one machine. */
export interface AppConfig {
  readonly projectId: string;
  readonly apiKey: string;
  readonly appId: string;
  readonly authDomain?: string;
  readonly storageBucket: string;
  readonly region: string;
  readonly emulators?: {
    readonly auth: string;
    readonly firestore: HostPort;
    readonly functions: HostPort;
    readonly storage: HostPort;
  };
  readonly demoAccounts?: readonly DemoAccount[];
}

const REQUIRED = ['projectId', 'apiKey', 'appId', 'storageBucket', 'region'] as const;
const TIMEOUT_MS = 10_000;

/**
 * Read `/config.json`. Checked by hand, because the schema library is not on the first page.
 * @throws AppError `unavailable` when the site does not answer, `invalid_argument` when a field is missing
 */
export async function loadConfig(): Promise<AppConfig> {
  const response = await fetch('/config.json', { cache: 'no-cache', signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
    (cause: unknown) => {
      throw new AppError('unavailable', 'The site does not answer. Check the connection and reload.', {
        retryable: true,
        cause,
      });
    },
  );
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok || !type.includes('json')) {
    throw new AppError('invalid_argument', 'This site has no /config.json, so it does not know its Firebase project.');
  }
  return checkConfig(await response.json());
}

export function checkConfig(json: unknown): AppConfig {
  if (typeof json !== 'object' || json === null)
    throw new AppError('invalid_argument', '/config.json is not an object');
  const fields = json as Record<string, unknown>;
  for (const name of REQUIRED) {
    if (typeof fields[name] !== 'string' || fields[name] === '')
      throw new AppError('invalid_argument', `/config.json lacks "${name}"`);
  }
  return json as AppConfig;
}
