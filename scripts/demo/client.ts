import { AppError } from '@countersign/domain/errors';
import { executionSchema, type Execution } from '@countersign/domain/schemas/execution';
import { fileSchema, type StoredFile } from '@countersign/domain/schemas/file';
import type { CommandInput, CommandName, CommandResults } from '@countersign/domain/schemas/commands';
import { organizationSchema } from '@countersign/domain/schemas/organization';
import { objectPaths, paths } from '@countersign/domain/paths';
import { deleteApp, initializeApp, type FirebaseApp } from 'firebase/app';
import { connectAuthEmulator, getAuth, signInWithEmailAndPassword } from 'firebase/auth';
import {
  collection,
  connectFirestoreEmulator,
  doc,
  getDoc,
  getDocs,
  getFirestore,
  setLogLevel,
  limit,
  onSnapshot,
  query,
  where,
  type Firestore,
} from 'firebase/firestore';
import { connectFunctionsEmulator, getFunctions, httpsCallable } from 'firebase/functions';
import { connectStorageEmulator, getBytes, getStorage, ref, uploadBytes } from 'firebase/storage';
import { randomUUID } from 'node:crypto';

const REGION = 'us-central1';
// Listeners that a closing client cancels are no news.
setLogLevel('silent');

export interface ClientTarget {
  readonly projectId: string;
  readonly storageBucket: string;
  readonly hosts: {
    readonly auth: string;
    readonly firestore: string;
    readonly functions: string;
    readonly storage: string;
  };
}

/** Where a platform is, from the environment that its programs have. */
export function targetOf({
  projectId,
  env,
}: {
  readonly projectId: string;
  readonly env: Readonly<Record<string, string>>;
}): ClientTarget {
  const need = (name: string): string => {
    const value = env[name];
    if (value === undefined) throw new AppError('internal', `The platform gives no ${name}`);
    return value;
  };
  const { storageBucket = `${projectId}.appspot.com` } = JSON.parse(env['FIREBASE_CONFIG'] ?? '{}') as {
    storageBucket?: string;
  };
  return {
    projectId,
    storageBucket,
    hosts: {
      auth: need('FIREBASE_AUTH_EMULATOR_HOST'),
      firestore: need('FIRESTORE_EMULATOR_HOST'),
      functions: new URL(need('FUNCTIONS_BASE_URL')).host,
      storage: need('FIREBASE_STORAGE_EMULATOR_HOST'),
    },
  };
}

export interface ShownProblem {
  readonly line: number | null;
  readonly message: string;
  readonly severity: string;
}

/** A signed-in member with the web SDK: what the browser can do, and nothing that it can't. */
export class DemoClient {
  readonly uid: string;
  readonly app: FirebaseApp;
  readonly #orgId: string;
  readonly #db: Firestore;

  private constructor(app: FirebaseApp, db: Firestore, uid: string, orgId: string) {
    this.app = app;
    this.#db = db;
    this.uid = uid;
    this.#orgId = orgId;
  }

  static async signIn(target: ClientTarget, email: string, password: string, orgId: string): Promise<DemoClient> {
    const app = initializeApp(
      { projectId: target.projectId, apiKey: 'demo-key', storageBucket: target.storageBucket },
      randomUUID(),
    );
    const split = (host: string): [string, number] => [host.split(':')[0] ?? '', Number(host.split(':')[1])];
    const auth = getAuth(app);
    connectAuthEmulator(auth, `http://${target.hosts.auth}`, { disableWarnings: true });
    const db = getFirestore(app);
    connectFirestoreEmulator(db, ...split(target.hosts.firestore));
    connectFunctionsEmulator(getFunctions(app, REGION), ...split(target.hosts.functions));
    connectStorageEmulator(getStorage(app), ...split(target.hosts.storage));
    const { user } = await signInWithEmailAndPassword(auth, email, password);
    return new DemoClient(app, db, user.uid, orgId);
  }

  async call<N extends CommandName>(
    name: N,
    input: Omit<CommandInput<N>, 'orgId' | 'idempotencyKey'>,
    idempotencyKey: string = randomUUID(),
  ): Promise<CommandResults[N]> {
    const callable = httpsCallable<unknown, CommandResults[N]>(getFunctions(this.app, REGION), name, {
      timeout: 60_000,
    });
    return (await callable({ orgId: this.#orgId, idempotencyKey, ...input })).data;
  }

  /** Why all payments of the organization are stopped; null when they are not. */
  async stopReason(): Promise<string | null> {
    const organization = organizationSchema.parse(
      (await getDoc(doc(this.#db, paths.organization(this.#orgId)))).data(),
    );
    const { active, reason } = organization.stop;
    if (!active) return null;
    return typeof reason === 'string' ? reason : reason.text;
  }

  /** Upload, and wait until the server has read the file. */
  async upload(name: string, bytes: Uint8Array, timeoutMs = 60_000): Promise<StoredFile> {
    const path = objectPaths.upload(this.#orgId, this.uid, randomUUID(), name);
    await uploadBytes(ref(getStorage(this.app), path), bytes, { contentType: 'text/csv' });
    const files = query(collection(this.#db, paths.files(this.#orgId)), where('storagePath', '==', path), limit(1));
    return this.#wait(`file ${name}`, timeoutMs, (found) =>
      onSnapshot(
        files,
        (snapshot) => {
          const first = snapshot.docs[0];
          if (first !== undefined) found(fileSchema.parse(first.data()));
        },
        (error) => found(Promise.reject(error)),
      ),
    );
  }

  /** Wait until the execution is as wanted. @throws when it is not within the limit */
  execution(
    id: string,
    wanted: (execution: Execution) => boolean,
    timeoutMs = 120_000,
    onChange: (execution: Execution) => void = () => undefined,
  ): Promise<Execution> {
    return this.#wait(`execution ${id}`, timeoutMs, (found) =>
      onSnapshot(
        doc(this.#db, paths.execution(this.#orgId, id)),
        (snapshot) => {
          if (!snapshot.exists()) return;
          const execution = executionSchema.parse(snapshot.data());
          onChange(execution);
          if (wanted(execution)) found(execution);
        },
        (error) => found(Promise.reject(error)),
      ),
    );
  }

  /** Rows that can't be paid, of this attempt; of all, where no plan says which counts. */
  async problems(id: string, attempt: number | null): Promise<ShownProblem[]> {
    const pages = collection(this.#db, paths.problems(this.#orgId, id));
    const asked =
      attempt === null ? query(pages, limit(100)) : query(pages, where('attempt', '==', attempt), limit(100));
    return (await getDocs(asked)).docs.flatMap((page) => page.data()['problems'] as ShownProblem[]);
  }

  async download(storagePath: string): Promise<string> {
    return new TextDecoder().decode(await getBytes(ref(getStorage(this.app), storagePath)));
  }

  close(): Promise<void> {
    return deleteApp(this.app);
  }

  async #wait<T>(
    what: string,
    timeoutMs: number,
    listen: (found: (value: T | Promise<T>) => void) => () => void,
  ): Promise<T> {
    let stop: () => void = () => undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        timer = setTimeout(
          () => reject(new Error(`${what} did not get there within ${timeoutMs / 1000} s`)),
          timeoutMs,
        );
        stop = listen(resolve);
      });
    } finally {
      clearTimeout(timer);
      stop();
    }
  }
}
