import { describe, expect, test } from 'vitest';
import { decide, loadRules, type AccessRequest } from './decide.ts';
import { RulesPath, RulesTimestamp, type Value } from './values.ts';

const map = (entries: Record<string, Value>): Map<string, Value> => new Map(Object.entries(entries));

const REQUEST = map({
  auth: map({ uid: 'ann', token: map({ email: 'ann@example.com', level: 3n, tags: ['a', 'b'] }) }),
  method: 'create',
  path: new RulesPath(['b', 'bucket', 'o', 'f']),
  resource: map({ name: 'f', size: 10n, contentType: 'text/csv', metadata: map({ kind: 'payouts' }) }),
  time: new RulesTimestamp(Date.UTC(2026, 0, 2)),
});

const DOCUMENTS: Record<string, Value> = {
  '/databases/(default)/documents/users/ann': map({ id: 'ann', data: map({ roles: ['operator'], active: true }) }),
  '/databases/(default)/documents/users/bob': map({ id: 'bob', data: map({ roles: [], active: false }) }),
  '/databases/(default)/documents/users/eve': map({ id: 'eve', data: map({}) }),
};

async function permits(
  source: string,
  access: Partial<AccessRequest> = {},
): Promise<{ allowed: boolean; problems: string[] }> {
  return decide(loadRules(source), {
    method: 'create',
    path: ['b', 'bucket', 'o', 'f'],
    request: REQUEST,
    resource: null,
    readDocument: (path) => Promise.resolve(DOCUMENTS[path] ?? null),
    ...access,
  });
}

const rules = (body: string): string => `rules_version = '2'; service firebase.storage { ${body} }`;
const when = (condition: string): string => rules(`match /b/{bucket}/o/{name} { allow create: if ${condition}; }`);

const USER = 'firestore.get(/databases/(default)/documents/users/$(request.auth.uid)).data';

describe('conditions that hold', () => {
  test.each([
    'true',
    '1 == 1.0',
    "'a' != 'b'",
    "1 != '1'",
    '1 < 2 && 2 <= 2 && 3 > 2.5 && 3 >= 3',
    "'abc' < 'abd'",
    '7 / 2 == 3 && 7 % 2 == 1 && 7.0 / 2 == 3.5',
    '-3 + 5 == 2 && 2 + 3 * 4 == 14 && (2 + 3) * 4 == 20',
    "'a' + 'b' == 'ab'",
    '!(false || false)',
    '(true ? 1 : 2) == 1',
    "'text/csv' in ['text/csv', 'text/plain']",
    "'a' in {'a': 1} && !('b' in {'a': 1})",
    "'AbC'.lower() == 'abc' && 'abc'.upper() == 'ABC' && ' a '.trim() == 'a'",
    "'abc'.size() == 3 && [1, 2].size() == 2 && {'a': 1}.size() == 1",
    "'report.csv'.matches('.*\\\\.csv')",
    "'REPORT.CSV'.matches('(?i)report[.]csv')",
    "'a,b,c'.split(',') == ['a', 'b', 'c']",
    "'a-b'.replace('-', '$&') == 'a$&b'",
    "['a', 'b'].hasAny(['b', 'c']) && ['a', 'b'].hasAll(['a']) && ['a'].hasOnly(['a', 'b'])",
    "['a'].concat(['b']).join('+') == 'a+b'",
    "{'a': {'b': 1}}.get(['a', 'b'], 0) == 1 && {'a': 1}.get('z', 7) == 7",
    "{'a': 1}.keys() == ['a'] && {'a': 1}.values() == [1]",
    "[1, [2, {'a': 3}]] == [1, [2, {'a': 3}]]",
    "'abc'[1:3] == 'bc' && [1, 2, 3][0:2] == [1, 2]",
    "'x' is string && 1 is int && 1.5 is float && 1 is number && [] is list && {} is map && request.time is timestamp",
    'request.path is path && request.path[3] == name',
    "request.auth.uid == 'ann' && request.auth.token.email == 'ann@example.com' && request.auth.token['level'] == 3",
    "request.resource.size < 11 && request.resource.contentType == 'text/csv' && request.resource.metadata.kind == 'payouts'",
    "resource == null && bucket == 'bucket' && name == 'f' && request.method == 'create'",
    'request.time.toMillis() == 1767312000000',
    "'operator' in firestore.get(/databases/(default)/documents/users/$(request.auth.uid)).data.roles",
    "firestore.get(/databases/(default)/documents/users/ann).id == 'ann'",
    'firestore.exists(/databases/(default)/documents/users/ann)',
    '!firestore.exists(/databases/(default)/documents/users/nobody)',
    // What fails is overruled by what decides alone.
    'null.x == 1 || true',
    '!(null.x == 1 && false)',
  ])('%s', async (condition) => {
    expect(await permits(when(condition))).toMatchObject({ allowed: true });
  });
});

describe('conditions that do not hold, or fail, and so deny', () => {
  test.each([
    ['false', ''],
    ["'report.csv.exe'.matches('.*\\\\.csv')", ''],
    [`'approver' in ${USER}.roles`, ''],
    ['firestore.get(/databases/(default)/documents/users/nobody).data.active', 'null has no field data'],
    ['firestore.get(/databases/(default)/documents/users/eve).data.active', 'no field active'],
    ['request.auth.token.missing == 1', 'no field missing'],
    ['resource.size == 1', 'null has no field size'],
    ["'a' && true", 'expected bool, found string'],
    ["'a' < 1", "can't order string and int"],
    ['1 / 0 == 1', 'division by zero'],
    ['[1][5] == 1', 'no item 5'],
    ["'abc'[0:9] == ''", 'range 0:9 is outside'],
    ["1 + 'a' == '1a'", "can't calculate int + string"],
    ['null.x == 1 || false', 'null has no field x'],
    ['!(null.x == 1 && true)', 'null has no field x'],
    ["'a'.matches(request.auth.token.email + '(?!x)')", 'syntax that is not known here'],
    ["firestore.exists(/databases/(default)/documents/users/$('a/b'))", 'not a path segment'],
  ])('%s', async (condition, problem) => {
    const decision = await permits(when(condition));
    expect(decision.allowed).toBe(false);
    expect(decision.problems.join()).toContain(problem);
  });
});

describe('matching', () => {
  const at = (path: string, method: AccessRequest['method'] = 'get'): Partial<AccessRequest> => ({
    method,
    path: path.split('/').filter((segment) => segment !== ''),
  });
  const TREE = rules(`
    match /b/{bucket}/o {
      match /open/{rest=**} { allow read; }
      match /orgs/{org} {
        function mine() { return org == 'acme' }
        match /{file} { allow get, delete: if mine() && file == 'a.csv'; }
        match /deep/{path=**} { allow list: if path[0] == 'x'; }
      }
    }`);

  test.each([
    ['/b/k/o/open/a', 'get', true],
    ['/b/k/o/open/a/b/c', 'list', true],
    ['/b/k/o/open', 'get', true],
    ['/b/k/o/open/a', 'create', false],
    ['/b/k/o/orgs/acme/a.csv', 'get', true],
    ['/b/k/o/orgs/acme/a.csv', 'delete', true],
    ['/b/k/o/orgs/acme/a.csv', 'update', false],
    ['/b/k/o/orgs/acme/b.csv', 'get', false],
    ['/b/k/o/orgs/other/a.csv', 'get', false],
    ['/b/k/o/orgs/acme/a.csv/more', 'get', false],
    ['/b/k/o/orgs/acme', 'get', false],
    ['/b/k/o/orgs/acme/deep/x/y', 'list', true],
    ['/b/k/o/orgs/acme/deep/y/x', 'list', false],
    ['/b/k', 'get', false],
  ] as const)('%s %s: %s', async (path, method, allowed) => {
    expect((await permits(TREE, at(path, method))).allowed).toBe(allowed);
  });

  test('write is create, update and delete; read is get and list', async () => {
    const source = rules('match /b/{bucket}/o/w { allow write; } match /b/{bucket}/o/r { allow read; }');
    for (const method of ['get', 'list', 'create', 'update', 'delete'] as const) {
      const isRead = method === 'get' || method === 'list';
      expect((await permits(source, at('/b/k/o/w', method))).allowed).toBe(!isRead);
      expect((await permits(source, at('/b/k/o/r', method))).allowed).toBe(isRead);
    }
  });
});

describe('limits', () => {
  test('a third document is refused', async () => {
    const exists = (id: string): string => `firestore.exists(/databases/(default)/documents/users/${id})`;
    expect(await permits(when(`${exists('ann')} && ${exists('bob')} && ${exists('ann')}`))).toMatchObject({
      allowed: true,
    });
    const decision = await permits(when(`${exists('ann')} && ${exists('bob')} && ${exists('eve')}`));
    expect(decision.allowed).toBe(false);
    expect(decision.problems.join()).toContain('more than 2 documents');
  });

  test('a document is read once however often it is asked for', async () => {
    const reads: string[] = [];
    const readDocument = (path: string): Promise<Value> => {
      reads.push(path);
      return Promise.resolve(DOCUMENTS[path] ?? null);
    };
    const decision = await permits(when(`${USER}.active && 'operator' in ${USER}.roles`), { readDocument });
    expect(decision.allowed).toBe(true);
    expect(reads).toEqual(['/databases/(default)/documents/users/ann']);
  });

  test('a function that calls itself denies', async () => {
    const source = rules('match /b/{bucket}/o/{name} { function f() { return f() } allow create: if f(); }');
    expect((await permits(source)).allowed).toBe(false);
  });
});
