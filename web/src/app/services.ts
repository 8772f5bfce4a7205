import { type Firestore, connectFirestoreEmulator, initializeFirestore } from 'firebase/firestore';
import type { Functions } from 'firebase/functions';
import type { FirebaseStorage } from 'firebase/storage';
import { config as zodConfig } from 'zod';
import type { FirebaseEntry } from './firebase.ts';

// The content security policy forbids code made from strings, which zod would otherwise try.
zodConfig({ jitless: true });

export interface Services {
  readonly firestore: Firestore;
  /** Loaded with the first command: reading needs none of it. */
  readonly functions: () => Promise<Functions>;
  /** Loaded with the first upload or download. */
  readonly storage: () => Promise<FirebaseStorage>;
}

let services: Services | null = null;

/** The parts of Firebase behind the sign-in, made once. */
export function startServices(entry: FirebaseEntry): Services {
  if (services) return services;
  const { app, config } = entry;
  const firestore = initializeFirestore(app, {});
  if (config.emulators)
    connectFirestoreEmulator(firestore, config.emulators.firestore.host, config.emulators.firestore.port);
  let functions: Promise<Functions> | undefined;
  let storage: Promise<FirebaseStorage> | undefined;
  services = {
    firestore,
    functions: () => (functions ??= startFunctions(entry)),
    storage: () => (storage ??= startStorage(entry)),
  };
  return services;
}

async function startFunctions({ app, config }: FirebaseEntry): Promise<Functions> {
  const { connectFunctionsEmulator, getFunctions } = await import('firebase/functions');
  const functions = getFunctions(app, config.region);
  if (config.emulators)
    connectFunctionsEmulator(functions, config.emulators.functions.host, config.emulators.functions.port);
  return functions;
}

async function startStorage({ app, config }: FirebaseEntry): Promise<FirebaseStorage> {
  const { connectStorageEmulator, getStorage } = await import('firebase/storage');
  const storage = getStorage(app);
  if (config.emulators) connectStorageEmulator(storage, config.emulators.storage.host, config.emulators.storage.port);
  return storage;
}

/** @throws Error when nobody is signed in yet: a page was shown outside of the signed-in part */
export function useServices(): Services {
  if (!services) throw new Error('Services are used before sign-in');
  return services;
}
