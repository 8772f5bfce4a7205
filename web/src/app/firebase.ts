import { type FirebaseApp, initializeApp } from 'firebase/app';
import {
  type Auth,
  browserLocalPersistence,
  connectAuthEmulator,
  indexedDBLocalPersistence,
  initializeAuth,
} from 'firebase/auth';
import type { AppConfig } from './config.ts';

/** What the first page needs of Firebase: the app and sign-in. The rest is loaded after sign-in, see `services.ts`. */
export interface FirebaseEntry {
  readonly config: AppConfig;
  readonly app: FirebaseApp;
  readonly auth: Auth;
}

export function startFirebase(config: AppConfig): FirebaseEntry {
  const app = initializeApp({
    projectId: config.projectId,
    apiKey: config.apiKey,
    appId: config.appId,
    storageBucket: config.storageBucket,
    ...(config.authDomain === undefined ? {} : { authDomain: config.authDomain }),
  });
  // Not getAuth(): it would bring the pop-up and redirect flows, which nobody uses here.
  const auth = initializeAuth(app, { persistence: [indexedDBLocalPersistence, browserLocalPersistence] });
  if (config.emulators) connectAuthEmulator(auth, config.emulators.auth, { disableWarnings: true });
  return { config, app, auth };
}
