import { randomUUID } from 'node:crypto';
import { deleteApp, initializeApp } from 'firebase-admin/app';
import { getFirestore } from 'firebase-admin/firestore';
import type { Database } from '../../functions/src/store/database.ts';
import { firestoreDatabase } from '../../functions/src/store/firestore-database.ts';

export interface LocalFirestore {
  readonly db: Database;
  /** The same store through a client of its own, as another process has it. */
  another(): Database;
  close(): Promise<void>;
}

/** The shared platform's Firestore under a project of one's own, where no trigger listens and nobody else writes. */
export function localFirestore(): LocalFirestore {
  const projectId = `demo-${randomUUID().slice(0, 8)}`;
  const apps: ReturnType<typeof initializeApp>[] = [];
  const connect = (): Database => {
    const app = initializeApp({ projectId }, randomUUID());
    apps.push(app);
    return firestoreDatabase(getFirestore(app));
  };
  return {
    db: connect(),
    another: connect,
    close: async () => void (await Promise.all(apps.map((app) => deleteApp(app)))),
  };
}
