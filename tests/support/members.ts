import { DemoClient, type ClientTarget } from '../../scripts/demo/client.ts';

/** What a test needs to know of a platform with the demo organization, started by itself or shared. */
export interface SeededPlatform {
  readonly projectId: string;
  readonly env: Record<string, string>;
  readonly organizationId: string;
  readonly accounts: readonly {
    readonly email: string;
    readonly password: string;
    readonly roles: readonly string[];
  }[];
}

export function clientTarget({ projectId, env }: Pick<SeededPlatform, 'projectId' | 'env'>): ClientTarget {
  const { storageBucket } = JSON.parse(env['FIREBASE_CONFIG'] ?? '{}') as { storageBucket: string };
  const host = (name: string): string => env[name] ?? '';
  return {
    projectId,
    storageBucket,
    hosts: {
      auth: host('FIREBASE_AUTH_EMULATOR_HOST'),
      firestore: host('FIRESTORE_EMULATOR_HOST'),
      functions: new URL(host('FUNCTIONS_BASE_URL')).host,
      storage: host('FIREBASE_STORAGE_EMULATOR_HOST'),
    },
  };
}

/** The demo organization's members, signed in when they are first asked for. */
export class Members {
  readonly #platform: SeededPlatform;
  readonly #clients = new Map<string, Promise<DemoClient>>();

  constructor(platform: SeededPlatform) {
    this.#platform = platform;
  }

  /** The first member with this role. */
  as(role: string): Promise<DemoClient> {
    const account = this.#platform.accounts.find((one) => one.roles.includes(role));
    if (account === undefined) throw new Error(`the demo organization has no ${role}`);
    const known = this.#clients.get(account.email);
    if (known !== undefined) return known;
    const client = DemoClient.signIn(
      clientTarget(this.#platform),
      account.email,
      account.password,
      this.#platform.organizationId,
    );
    this.#clients.set(account.email, client);
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) await (await client).close();
  }
}
