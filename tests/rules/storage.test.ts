import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decide, loadRules } from '../../scripts/local/storage-rules/decide.ts';
import type { Value } from '../../scripts/local/storage-rules/values.ts';
import { STORAGE_RULES } from './environment.ts';
import { STORAGE_CASES, type StorageCase, type Upload } from './storage-cases.ts';
import { MEMBERS, ORG } from './subjects.ts';

const BUCKET = 'demo-rules.firebasestorage.app';
const DOCUMENTS = '/databases/(default)/documents/';
const ruleset = loadRules(readFileSync(STORAGE_RULES, 'utf8'));

/** The stand-in that serves local use, with the very inputs that the Storage emulator gives it. */
async function isAllowed({ subject, method, object, exists, upload }: StorageCase): Promise<boolean> {
  const before = exists ? resource(object, { sizeBytes: 1, contentType: 'text/csv' }) : null;
  const after = upload === undefined ? (method === 'update' ? before : null) : resource(object, upload);
  const auth = subject.uid === null ? null : toValue({ uid: subject.uid, token: subject.claims ?? {} });
  const decision = await decide(ruleset, {
    method,
    path: ['b', BUCKET, 'o', ...object.split('/').filter((segment) => segment !== '')],
    request: new Map<string, Value>([
      ['auth', auth],
      ['resource', after],
      ['method', method],
    ]),
    resource: before,
    readDocument: (path) => Promise.resolve(readMember(path)),
  });
  return decision.allowed;
}

function resource(name: string, { sizeBytes, contentType }: Upload): Value {
  return toValue({ name, bucket: BUCKET, size: BigInt(sizeBytes), contentType });
}

function readMember(path: string): Value {
  const member = MEMBERS.find((one) => DOCUMENTS + one.path === path);
  return member === undefined ? null : toValue({ id: member.data.uid, data: member.data });
}

function toValue(value: unknown): Value {
  if (Array.isArray(value)) return value.map(toValue);
  if (typeof value === 'object' && value !== null)
    return new Map(Object.entries(value).map(([key, field]) => [key, toValue(field)]));
  return value as Value;
}

describe('storage.rules in the stand-in', () => {
  it.each(STORAGE_CASES)('$title: $allowed', async (one) => {
    expect(await isAllowed(one)).toBe(one.allowed);
  });

  it('reads one document at most, and none for who is signed out', async () => {
    const reads: string[] = [];
    const signedOut = await decide(ruleset, {
      method: 'get',
      path: ['b', BUCKET, 'o', 'orgs', ORG, 'results', 'x', 'y'],
      request: new Map<string, Value>([
        ['auth', null],
        ['resource', null],
      ]),
      resource: null,
      readDocument: (path) => Promise.resolve((reads.push(path), null)),
    });
    expect(signedOut.allowed).toBe(false);
    expect(reads).toEqual([]);
  });
});
