import { getApps, initializeApp } from 'firebase-admin/app';
import { getFirestore } from 'firebase-admin/firestore';
import { getStorage } from 'firebase-admin/storage';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { config } from './config.ts';
import { httpCaller } from './connectors/http/call.ts';
import { lazyProvider } from './connectors/stripe/lazy-provider.ts';
import { folderCatalogue } from './engine/catalogue.ts';
import type { Deps } from './engine/deps.ts';
import { organizationCatalogue } from './engine/organization-catalogue.ts';
import { useNativeHash } from './native-hash.ts';
import { runPlugin, warmSandbox } from './sandbox/index.ts';
import { secretReader, type SecretReader } from './secret-in-force.ts';
import { cloudSecretStore, localSecretStore } from './secret-store.ts';
import { fetchSecret, isLocal } from './secrets.ts';
import { firestoreDatabase } from './store/firestore-database.ts';
import { bucketObjectStore } from './store/object-store.ts';
import { checkpointPublisher, checkpointSigner } from './streams/from-environment.ts';
import { witnessesFromEnvironment } from './witnesses/from-environment.ts';
import { enqueueWork } from './triggers/enqueue.ts';

/** The build puts the plugins beside its entries; this file may be one, a chunk below them, or the source. */
function pluginFolder(): URL {
  const candidates = ['plugins/', '../plugins/', '../lib/plugins/'].map((path) => new URL(path, import.meta.url));
  return (
    candidates.find((folder) => existsSync(new URL('catalogue.json', folder))) ?? new URL('plugins/', import.meta.url)
  );
}

const DEFAULT_APP = '[DEFAULT]';

/** What the engine needs, and what only connectors do. */
export interface Runtime extends Deps {
  readonly readSecret: SecretReader;
}

let deps: Runtime | null = null;

/** The real world, put together once for each instance, when the first call needs it. */
export function runtime(): Runtime {
  return (deps ??= compose());
}

function compose(): Runtime {
  useNativeHash();
  // In a Firestore trigger, firebase-functions has made an app of its own already, under another name.
  if (!getApps().some((app) => app.name === DEFAULT_APP)) initializeApp();
  const firestore = getFirestore();
  firestore.settings({ ignoreUndefinedProperties: true });
  const db = firestoreDatabase(firestore);
  const objects = bucketObjectStore(getStorage().bucket());
  const now = (): Date => new Date();
  const secrets = isLocal() ? localSecretStore(process.env['SECRETS_DIR'] ?? '') : cloudSecretStore();
  const readSecret = secretReader(db, secrets, fetchSecret);
  return {
    db,
    objects,
    streams: {
      db,
      now,
      signer: checkpointSigner(),
      publisher: checkpointPublisher(),
      witnesses: witnessesFromEnvironment(),
    },
    catalogue: organizationCatalogue(folderCatalogue(pluginFolder()), db, objects),
    provider: lazyProvider(config.stripeApiBase, readSecret),
    http: httpCaller({ allowLoopback: isLocal() }),
    secrets,
    readSecret,
    // Who ran one plugin will run another: parameters, plan and report are a run each.
    runPlugin: (run) => runPlugin(run).finally(warmSandbox),
    now,
    newId: () => randomBytes(16).toString('hex'),
    wake: enqueueWork,
  };
}
