import type { Catalogue } from './catalogue.ts';
import type { Database } from '../store/database.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { HttpCaller } from '../effects/http-caller.ts';
import type { PaymentProvider } from '../effects/payment-provider.ts';
import type { runPlugin } from '../sandbox/run-plugin.ts';
import type { SecretStore } from '../secret-store.ts';
import type { SealDeps } from '../streams/index.ts';

/** What the engine needs of the world; each a port with one real adapter, so that tests can put a fault in between. */
export interface Deps {
  readonly db: Database;
  readonly objects: ObjectStore;
  readonly streams: SealDeps;
  readonly catalogue: Catalogue;
  readonly provider: PaymentProvider;
  readonly http: HttpCaller;
  readonly secrets: SecretStore;
  readonly runPlugin: typeof runPlugin;
  readonly now: () => Date;
  /** A random id of 128 bits in hex. */
  readonly newId: () => string;
  /** Ask for a worker. May be lost, late or doubled: the tick finds what was forgotten. */
  readonly wake: (orgId: string, workId: string) => Promise<void>;
}

export const instant = (deps: Pick<Deps, 'now'>): string => deps.now().toISOString();
