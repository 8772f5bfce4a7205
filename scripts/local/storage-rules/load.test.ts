import { describe, expect, test } from 'vitest';
import { loadRules } from './decide.ts';

/** A file with one condition, which stands in line 4 from column 21. */
const withCondition = (condition: string, extra = ''): string =>
  `rules_version = '2';
service firebase.storage {
  match /b/{bucket}/o/{name=**} {
    allow read: if ${condition};
  }${extra}
}`;

describe('what it does not know it refuses, with line and column', () => {
  test.each([
    ['an unknown name', withCondition('reqest.auth != null'), '4:20: unknown name reqest'],
    ['an unknown field of request', withCondition('request.user != null'), '4:27: request has no field user'],
    ['an unknown field of auth', withCondition("request.auth.id == 'x'"), '4:32: request.auth has no field id'],
    [
      'an unknown field of the object',
      withCondition('request.resource.bytes < 1'),
      '4:36: request.resource has no field bytes',
    ],
    ['an unknown function', withCondition('isOwner()'), '4:20: unknown function isOwner'],
    ['a call with too few arguments', withCondition("'a'.matches()"), '4:23: matches takes 1 argument, not 0'],
    ['an unknown method', withCondition("'a'.reverse() == 'a'"), '4:23: unknown method reverse'],
    ['an unknown namespace', withCondition('math.abs(1) == 1'), '4:20: unknown name math'],
    [
      'an unknown function of firestore',
      withCondition('firestore.list(/a/b) != null'),
      '4:29: unknown function firestore.list',
    ],
    ['firestore as a value', withCondition('firestore == null'), '4:20: unknown name firestore'],
    ['an unknown type', withCondition('request.time is moment'), '4:36: unknown type "moment"'],
    ['a pattern that only JavaScript knows', withCondition("'a'.matches('(?=a)a')"), '4:32: the pattern (?=a)a'],
    ['a statement outside its place', withCondition('true', '\n  let x = 1;'), '6:3: expected "match" or "function"'],
    ['an unknown method of access', withCondition('true').replace('read', 'peek'), '4:11: unknown method "peek"'],
    ['a missing semicolon', withCondition('true').replace('true;', 'true'), '5:3: expected ";", found "}"'],
    ['a string without an end', withCondition("'abc"), '4:20: this string does not end'],
    ['a comment without an end', `${withCondition('true')}\n/* x`, '7:1: this comment does not end'],
    ['another version', withCondition('true').replace("'2'", "'1'"), "1:17: only rules_version '2' is known"],
    ['no version', withCondition('true').replace(/^.*\n/, ''), '1:1: the file must begin with rules_version'],
    [
      'another service',
      withCondition('true').replace('firebase.storage', 'cloud.firestore'),
      '2:9: unknown service cloud.firestore',
    ],
    ['no service', "rules_version = '2';", 'expected one "service firebase.storage" block'],
    ['a character of no meaning', withCondition('1 # 2'), '4:22: unexpected character "#"'],
    ['one rest after another', withCondition('true').replace('/b/{bucket}', '/{a=**}'), '3:3: more than one {name=**}'],
    [
      'a function twice',
      withCondition('f()', '\n function f() { return 1; }\n function f() { return 2; }'),
      'f is declared twice',
    ],
    [
      'a variable before its let',
      withCondition('f()', '\n function f() { let a = b; let b = 1; return a; }'),
      '6:25: unknown name b',
    ],
    ['expressions nested without end', withCondition(`${'('.repeat(100)}true${')'.repeat(100)}`), 'nested deeper than'],
  ])('%s', (_, source, message) => {
    expect(() => loadRules(source)).toThrow(message);
  });

  test('what it knows, it loads', () => {
    const everything = withCondition(
      `f(request.auth.token['role'], [1, 2.5, -3], {'a': null}) ? !(1 + 2 * 3 % 4 - 5 / 2 >= 0) : request.time is timestamp
        // a comment
        && resource.metadata.get('a', '') in ['x', "y\\n"] /* another */ && name[0:1].size() == 1`,
      `
  function f(role, list, map) { let n = list.size(); return role == 'admin' && n > 2 && map.keys().hasAny(['a']) }`,
    ).replace('{name=**}', '{name}');
    expect(() => loadRules(everything)).not.toThrow();
  });
});
