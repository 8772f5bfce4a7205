import { paths } from '@countersign/domain/paths';
import { assertFails, assertSucceeds } from '@firebase/rules-unit-testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRulesEnvironment, type RulesEnvironment } from './environment.ts';
import { MATRIX, type Row } from './matrix.ts';
import { MEMBERS, ORG, OTHER_ORG, SUBJECTS, mayRead, type Subject } from './subjects.ts';

type Firestore = ReturnType<ReturnType<RulesEnvironment['env']['authenticatedContext']>['firestore']>;

const MAX_LIST = 500;
let rules: RulesEnvironment;
const clients = new Map<string, Firestore>();

const as = (name: string): Firestore => clients.get(name) as Firestore;
const fill = (path: string, id: string): string => path.replaceAll(/\{\w+\}/g, id);

/** The document that a cell is about; of an own document, the subject's own. */
function documentOf(row: Row, subject: Subject): string {
  const id = row.own === true ? `of-${subject.uid ?? 'nobody'}` : 'seeded';
  return row.path === '' ? `orgs/${ORG}` : `orgs/${ORG}/${fill(row.path, id)}`;
}

const collectionOf = (document: string): string => document.slice(0, document.lastIndexOf('/'));

function list(row: Row, subject: Subject, limit: number | null) {
  const client = as(subject.name);
  const collection = client.collection(collectionOf(documentOf(row, subject)));
  const mine = row.own === true ? collection.where('uid', '==', subject.uid ?? 'nobody') : collection;
  return (limit === null ? mine : mine.limit(limit)).get({ source: 'server' });
}

beforeAll(async () => {
  rules = await startRulesEnvironment('demo-rules-matrix');
  for (const { name, uid, claims } of SUBJECTS) {
    const context = uid === null ? rules.env.unauthenticatedContext() : rules.env.authenticatedContext(uid, claims);
    clients.set(name, context.firestore());
  }
  await rules.env.clearFirestore();
  await rules.env.withSecurityRulesDisabled(async (context) => {
    const firestore = context.firestore();
    const batch = firestore.batch();
    const documents = new Set(MATRIX.flatMap((row) => SUBJECTS.map((subject) => `${documentOf(row, subject)}`)));
    for (const path of documents)
      batch.set(firestore.doc(path), { uid: path.split('/of-')[1] ?? 'somebody', value: 1 });
    batch.set(firestore.doc(`orgs/${OTHER_ORG}`), { value: 1 });
    for (const member of MEMBERS) batch.set(firestore.doc(member.path), member.data);
    await batch.commit();
  });
}, 60_000);

afterAll(async () => {
  await rules.stop();
});

describe.each(MATRIX)('orgs/{org}/$path', (row) => {
  describe.each(SUBJECTS)('$name', (subject) => {
    const allowed = mayRead(subject, row.readers);

    it(allowed ? 'may get' : 'may not get', async () => {
      const get = as(subject.name).doc(documentOf(row, subject)).get({ source: 'server' });
      if (allowed) expect((await assertSucceeds(get)).data()).toMatchObject({ value: 1 });
      else await assertFails(get);
    });

    const mayList = allowed && row.noList !== true;
    it(mayList ? 'may list' : 'may not list', async () => {
      const listed = list(row, subject, MAX_LIST);
      if (mayList) expect((await assertSucceeds(listed)).size).toBeGreaterThan(0);
      else await assertFails(listed);
    });

    it('may not create, update or delete', async () => {
      const client = as(subject.name);
      const existing = documentOf(row, subject);
      await assertFails(client.doc(`${existing}-new`).set({ uid: subject.uid, value: 2 }));
      await assertFails(client.doc(existing).update({ value: 2 }));
      await assertFails(client.doc(existing).delete());
    });
  });
});

describe('a list', () => {
  const listable = MATRIX.filter((row) => row.noList !== true && row.readers.length > 0);

  it.each(listable)('of $path has a limit, and a small one', async (row) => {
    const reader = SUBJECTS.find((subject) => mayRead(subject, row.readers)) as Subject;
    await assertSucceeds(list(row, reader, 1));
    await assertFails(list(row, reader, MAX_LIST + 1));
    await assertFails(list(row, reader, null));
  });

  it.each([...new Set(MATRIX.filter((row) => row.path !== '').map((row) => row.path.split('/').at(-2) as string))])(
    'never goes across organizations: %s as a collection group',
    async (collection) => {
      await assertFails(as('admin').collectionGroup(collection).limit(1).get({ source: 'server' }));
    },
  );

  it('of the organizations is for nobody', async () => {
    for (const { name } of SUBJECTS) await assertFails(as(name).collection('orgs').limit(1).get({ source: 'server' }));
  });
});

describe('a notification', () => {
  it("of somebody else can't be read, whatever one's role", async () => {
    const path = `orgs/${ORG}/notifications`;
    await assertFails(as('admin').doc(`${path}/of-only-viewer`).get({ source: 'server' }));
    await assertFails(as('admin').collection(path).limit(1).get({ source: 'server' }));
    await assertFails(
      as('admin').collection(path).where('uid', '==', 'only-viewer').limit(1).get({ source: 'server' }),
    );
  });
});

describe('a membership', () => {
  it("can't be made or raised by the one who would gain by it", async () => {
    const raised = { active: true, roles: ['admin'] };
    await assertFails(as('viewer').doc(`orgs/${ORG}/members/only-viewer`).update(raised));
    await assertFails(as('an inactive member with every role').doc(`orgs/${ORG}/members/inactive`).update(raised));
    await assertFails(
      as('a stranger with forged claims')
        .doc(`orgs/${ORG}/members/stranger`)
        .set({ uid: 'stranger', ...raised }),
    );
    await assertFails(
      as('a stranger with forged claims')
        .doc('orgs/brand-new/members/stranger')
        .set({ uid: 'stranger', ...raised }),
    );
  });
});

describe('an admin of one organization', () => {
  it('reads there, which shows that the denials above are about membership', async () => {
    await assertSucceeds(as('an admin of another organization').doc(`orgs/${OTHER_ORG}`).get({ source: 'server' }));
  });
});

describe('the table', () => {
  it('names every collection that the code knows', () => {
    const known = new Set(MATRIX.map((row) => shape(`orgs/o/${fill(row.path, 'x')}`)));
    const used = Object.values(paths).map((path) =>
      (path as (...ids: never[]) => string)(...(['o', 'a', 'b', 'c', 'd'] as never[])),
    );
    expect(used.map(shape).filter((path) => !known.has(path))).toEqual([]);
  });
});

/** A path's collections, without ids: `orgs/o/streams/ledger/tiles/0-1` is `orgs/streams/tiles`. */
function shape(path: string): string {
  return path
    .split('/')
    .filter((_, index) => index % 2 === 0 && path.split('/')[index] !== '')
    .join('/');
}
