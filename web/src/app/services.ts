import { type Firestore, connectFirestoreEmulator, initializeFirestore } from 'firebase/firestore';
import { type Functions, connectFunctionsEmulator, getFunctions } from 'firebase/functions';
import { type FirebaseStorage, connectStorageEmulator, getStorage } from 'firebase/storage';
import { config as zodConfig } from 'zod';
import type { FirebaseEntry } from './firebase.ts';

// The content security policy forbids code made from strings, which zod would otherwise try.
zodConfig({ jitless: true });

export interface Services {
  readonly firestore: Firestore;
  readonly functions: Functions;
  readonly storage: FirebaseStorage;
}

let services: Services | null = null;

/** Firestore, Functions and Storage, made once. Loaded only after sign-in. */
export function startServices(entry: FirebaseEntry): Services {
  if (services) return services;
  const { app, config } = entry;
  const firestore = initializeFirestore(app, {});
  const functions = getFunctions(app, config.region);
  const storage = getStorage(app);
  if (config.emulators) {
    const { firestore: f, functions: fn, storage: s } = config.emulators;
    connectFirestoreEmulator(firestore, f.host, f.port);
    connectFunctionsEmulator(functions, fn.host, fn.port);
    connectStorageEmulator(storage, s.host, s.port);
  }
  services = { firestore, functions, storage };
  return services;
}

/** @throws Error when nobody is signed in yet: a page was shown outside of the signed-in part */
export function useServices(): Services {
  if (!services) throw new Error('Services are used before sign-in');
  return services;
}
