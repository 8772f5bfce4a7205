import { randomUUID } from 'node:crypto';
import { deleteApp, initializeApp } from 'firebase-admin/app';
import { getFirestore } from 'firebase-admin/firestore';
import type { ApprovalLevel } from '@countersign/domain/schemas/policy';
import { ChangeSet } from '../../../functions/src/engine/change-set.ts';
import { refs } from '../../../functions/src/refs.ts';
import { read } from '../../../functions/src/store/database.ts';
import { firestoreDatabase } from '../../../functions/src/store/firestore-database.ts';
import { memoryDatabase, type Snapshot } from '../../../functions/src/store/memory-database.ts';
import { found } from './founding.ts';
import { simulate } from './simulate.ts';
import type { SimWorld, Store } from './sim-world.ts';

/** Where worlds are played: each gets an organization of its own. */
export interface Stores {
  open(seed: number): Promise<Store>;
}

const ORG = 'acme';
const FOUNDED_AT = '2026-11-22T09:00:00.000Z';

/** In memory. The organization is founded once: anew for each seed it would take longer than the rest. */
export function memoryStores(): Stores {
  let founded: Promise<Snapshot> | null = null;
  return {
    async open() {
      founded ??= foundOnce();
      const snapshot = await founded;
      const begin: Store['begin'] = async (world, levels) => {
        for (const [path, { data }] of snapshot.documents) world.observer.documents.set(path, data);
        await setLevels(world, levels);
      };
      return { db: memoryDatabase(snapshot), orgId: ORG, isReal: false, begin, close };
    },
  };
}

async function foundOnce(): Promise<Snapshot> {
  const db = memoryDatabase();
  const store: Store = { db, orgId: ORG, isReal: false, begin: close, close };
  const world = await simulate(0, { store, startsAt: FOUNDED_AT }, async (begun) => {
    begun.faults.calm = true;
    await begun.seed((deps) => found(deps, ORG));
  });
  if (!world.findings.none)
    throw new Error(`the organization is not well founded: ${JSON.stringify(world.findings.kept)}`);
  return db.snapshot();
}

const close = async (): Promise<void> => undefined;

/** On the local Firestore that the environment names. Each seed has a project, and so a database, of its own. */
export function firestoreStores(): Stores {
  return {
    async open(seed) {
      const app = initializeApp({ projectId: `demo-faults-${seed}-${randomUUID().slice(0, 8)}` }, randomUUID());
      return {
        db: firestoreDatabase(getFirestore(app)),
        orgId: ORG,
        isReal: true,
        begin: async (world, levels) => {
          await world.seed((deps) => found(deps, ORG));
          await setLevels(world, levels);
        },
        close: async () => deleteApp(app),
      };
    },
  };
}

/** The policy of this story. */
export async function setLevels(world: SimWorld, levels: readonly ApprovalLevel[]): Promise<void> {
  await world.seed(async (deps) =>
    deps.db.transaction(async (tx) => {
      const policy = await read(tx, refs.policy(world.orgId, 'payments'));
      if (policy === null) throw new Error('the organization has a policy');
      const change = new ChangeSet(world.orgId, 'levels', { kind: 'system', part: 'seed' }, deps.now().toISOString());
      const rules = [{ name: 'All money', when: {}, levels: [...levels] }];
      change.change(refs.policy(world.orgId, 'payments'), policy, { rules });
      tx.write(...change.toWrites('policy.set'));
    }),
  );
}
