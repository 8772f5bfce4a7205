import { describe, expect, it } from 'vitest';
import { webConfigFrom } from './app-config.ts';
import { readArguments } from './arguments.ts';
import { describeChanges, functionChanges, indexChanges, wantedFunctions } from './changes.ts';
import { parseAnswer } from './firebase-cli.ts';
import { judgeAccount, judgeDatabase, judgeSecret, judgeUploadBucket } from './judge.ts';
import { judgeCliSignIn } from './sign-in.ts';

describe('arguments', () => {
  it('takes a project, and both switches', () => {
    expect(readArguments(['--project', 'northwind-pay', '--yes', '--dry-run'])).toEqual({
      projectId: 'northwind-pay',
      yes: true,
      dryRun: true,
    });
  });
  it.each([
    [[], 'Say which project'],
    [['--project', 'demo-x'], 'emulators only'],
    [['--project', 'No_Project'], 'no project id'],
    [['--project', 'northwind-pay', '--force'], '--force'],
    [['northwind-pay'], 'northwind-pay'],
  ])('refuses %j', (argv, problem) => {
    expect(readArguments(argv)).toEqual({ problem: expect.stringContaining(problem) });
  });
});

describe('answers of the CLI', () => {
  it('reads its envelope, after whatever Node said first', () => {
    expect(parseAnswer('(node:1) warning\n{\n  "status": "success",\n  "result": [1]\n}', 0)).toEqual({
      status: 'success',
      result: [1],
    });
    expect(parseAnswer('{"status":"success"}', 0)).toEqual({ status: 'success', result: null });
    expect(parseAnswer('{"status":"error","error":"no"}', 1)).toEqual({ status: 'error', error: 'no' });
  });
  it('says so when there is none', () => {
    expect(parseAnswer('', 'SIGTERM')).toEqual({
      status: 'error',
      error: 'the Firebase CLI gave no answer (exit SIGTERM)',
    });
  });
});

describe('sign-in', () => {
  const none = { credentials: null, token: false, gcloudDefault: false };
  const list = {
    status: 'success',
    result: [{ user: { email: 'ada@northwind.example' }, tokens: { refresh_token: 'secret-token' } }],
  } as const;
  it('names who is signed in, and no token', () => {
    const finding = judgeCliSignIn(list, none);
    expect(finding).toEqual({ check: 'Sign-in', verdict: 'ok', message: 'ada@northwind.example' });
    expect(JSON.stringify(finding)).not.toContain('secret-token');
  });
  it('refuses credentials that are not there', () => {
    expect(
      judgeCliSignIn(
        { status: 'success', result: null },
        { ...none, credentials: { path: '/gone.json', exists: false } },
      ),
    ).toMatchObject({ verdict: 'failed', message: expect.stringContaining('/gone.json') });
  });
  it('takes a service account, or gcloud’s defaults', () => {
    expect(
      judgeCliSignIn(
        { status: 'success', result: null },
        { ...none, credentials: { path: '/there.json', exists: true } },
      ).verdict,
    ).toBe('ok');
    expect(judgeCliSignIn({ status: 'success', result: null }, { ...none, gcloudDefault: true }).verdict).toBe('ok');
    expect(judgeCliSignIn({ status: 'success', result: null }, none).verdict).toBe('failed');
  });
});

describe('what a project has', () => {
  it('wants uploads where functions hear of them', () => {
    expect(judgeUploadBucket('p', 'b', { status: 200, body: { location: 'EUROPE-WEST1' } }).verdict).toBe('failed');
    expect(judgeUploadBucket('p', 'b', { status: 200, body: { location: 'US' } }).verdict).toBe('ok');
    expect(judgeUploadBucket('p', null, { status: 404, body: null }).verdict).toBe('failed');
  });
  it('wants a database in native mode, and warns when it is far', () => {
    expect(judgeDatabase('p', { status: 200, body: { type: 'DATASTORE_MODE', locationId: 'nam5' } }).verdict).toBe(
      'failed',
    );
    expect(judgeDatabase('p', { status: 200, body: { type: 'FIRESTORE_NATIVE', locationId: 'eur3' } }).verdict).toBe(
      'warning',
    );
  });
  it('tells a secret that cannot be there from one that may not be seen', () => {
    const off = {
      error: {
        message: 'Secret Manager API has not been used in project 1 before or it is disabled.',
        status: 'PERMISSION_DENIED',
        details: [{ reason: 'SERVICE_DISABLED' }],
      },
    };
    expect(judgeSecret('p', 'stripe-secret-key', { status: 403, body: off }).verdict).toBe('failed');
    expect(judgeSecret('p', 'stripe-secret-key', { status: 403, body: { error: { message: 'denied' } } }).verdict).toBe(
      'unknown',
    );
  });
  it('does not take an editor, or a conditional role, for somebody who reads secrets', () => {
    const member = 'serviceAccount:1-compute@developer.gserviceaccount.com';
    const secret = {
      status: 200,
      body: {
        bindings: [
          { role: 'roles/secretmanager.secretAccessor', members: [member], condition: { expression: 'false' } },
        ],
      },
    };
    const [work, secrets] = judgeAccount(
      'p',
      '1',
      { status: 200, body: { bindings: [{ role: 'roles/editor', members: [member] }] } },
      { 'stripe-secret-key': secret, 'stripe-webhook-secret': secret, 'checkpoint-signing-key': secret },
    );
    expect(work?.verdict).toBe('ok');
    expect(secrets?.verdict).toBe('failed');
  });
});

describe('changes', () => {
  const label = { 'deployment-tool': 'cli-firebase' };
  it('compares functions by region and name', () => {
    const wanted = wantedFunctions({ endpoints: { a: { region: ['us-central1'] }, b: { region: ['us-central1'] } } });
    const there = [
      { id: 'a', region: 'us-central1', labels: label },
      { id: 'b', region: 'europe-west1', labels: label },
      { id: 'c', region: 'us-central1', codebase: 'other', labels: label },
      { id: 'd', region: 'us-central1' },
    ];
    expect(functionChanges(wanted, there)).toEqual({
      create: [{ region: 'us-central1', id: 'b' }],
      update: [{ region: 'us-central1', id: 'a' }],
      remove: [{ region: 'europe-west1', id: 'b' }],
    });
  });
  it('sees an index that differs by order or scope alone', () => {
    const one = (queryScope: string, order: string) => ({
      indexes: [
        {
          collectionGroup: 'c',
          queryScope,
          fields: [
            { fieldPath: 'a', order },
            { fieldPath: 'b', arrayConfig: 'CONTAINS' },
          ],
        },
      ],
    });
    expect(indexChanges(one('COLLECTION', 'ASCENDING'), one('COLLECTION', 'ASCENDING'))).toEqual({
      create: [],
      remove: [],
      keep: 1,
    });
    expect(indexChanges(one('COLLECTION', 'ASCENDING'), one('COLLECTION', 'DESCENDING'))).toEqual({
      create: ['c (a asc, b contains)'],
      remove: ['c (a desc, b contains)'],
      keep: 0,
    });
    expect(indexChanges(one('COLLECTION', 'ASCENDING'), one('COLLECTION_GROUP', 'ASCENDING'))).toMatchObject({
      remove: ['all c (a asc, b contains)'],
    });
  });
  it('names many only in part', () => {
    const create = Array.from({ length: 20 }, (_, index) => ({ region: 'r', id: `f${index}` }));
    expect(
      describeChanges({ apis: [], functions: { create, update: [], remove: [] }, indexes: null, webConfig: {} }).join(
        '\n',
      ),
    ).toContain('f11 (r) and 8 more');
  });
});

describe('configuration of the web app', () => {
  it('lacks nothing that the app needs', () => {
    const sdkConfig = {
      projectId: 'p',
      apiKey: 'k',
      appId: 'a',
      authDomain: 'p.firebaseapp.com',
      storageBucket: 'p.firebasestorage.app',
      measurementId: 'G-1',
    };
    expect(webConfigFrom({ fileName: 'x', sdkConfig })).toEqual({
      projectId: 'p',
      apiKey: 'k',
      appId: 'a',
      authDomain: 'p.firebaseapp.com',
      storageBucket: 'p.firebasestorage.app',
      region: 'us-central1',
    });
    expect(webConfigFrom({ sdkConfig: { ...sdkConfig, storageBucket: undefined } })).toEqual({
      problem: expect.stringContaining('bucket'),
    });
    expect(webConfigFrom({ sdkConfig: { ...sdkConfig, apiKey: undefined } })).toEqual({
      problem: expect.stringContaining('sdkConfig.apiKey'),
    });
  });
});
