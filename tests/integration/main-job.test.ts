import { randomUUID } from 'node:crypto';
import { END_STATES, type Execution, type Problem } from '@countersign/domain/schemas/execution';
import type { FileIssue, StoredFile } from '@countersign/domain/schemas/file';
import { objectPaths } from '@countersign/domain/paths';
import { deleteApp, initializeApp, type FirebaseApp } from 'firebase/app';
import { connectAuthEmulator, createUserWithEmailAndPassword, getAuth } from 'firebase/auth';
import { connectFunctionsEmulator, getFunctions, httpsCallable } from 'firebase/functions';
import { connectStorageEmulator, getStorage, ref, uploadBytes } from 'firebase/storage';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DemoClient } from '../../scripts/demo/client.ts';
import { sharedPlatform } from '../../scripts/testing/shared-platform.ts';
import { LocalStripe, richAccounts } from '../support/local-stripe.ts';
import { clientTarget, Members } from '../support/members.ts';

const info = sharedPlatform();
const platform = { ...info, organizationId: info.organizationId ?? '' };
const members = new Members(platform);
const stripe = new LocalStripe(platform.env);
const [ALPHA = '', BRAVO = ''] = richAccounts(2);
/** References of this run of the tests and of no other; with a letter, or `-RUN` would be a plain negative number. */
const RUN = `r${randomUUID().slice(0, 7)}`;
const HEADER = 'reference,account,amount,currency,description';
const PLAN_LIMIT_MS = 60_000;

let operator: DemoClient;
let approver: DemoClient;
const strangers: FirebaseApp[] = [];

beforeAll(async () => {
  [operator, approver] = await Promise.all([members.as('operator'), members.as('approver')]);
});
afterAll(async () => {
  await members.close();
  await Promise.all(strangers.map((app) => deleteApp(app)));
});

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const lines = (...rows: string[]): Uint8Array => utf8([HEADER, ...rows].join('\r\n'));

async function run(name: string, bytes: Uint8Array): Promise<{ file: StoredFile; execution: Execution }> {
  const file = await operator.upload(name, bytes);
  const { executionId } = await operator.call('requestExecution', {
    operationId: 'stripe-payout',
    parameters: { file: file.id },
  });
  const execution = await operator.execution(executionId, (one) => one.state !== 'planning', PLAN_LIMIT_MS);
  return { file, execution };
}

/** The problems of the last attempt to plan. */
async function problemsOf(execution: Execution): Promise<Problem[]> {
  for (let attempt = execution.plan?.attempt ?? 1; attempt < 5; attempt += 1) {
    const found = (await operator.problems(execution.id, attempt)) as Problem[];
    if (found.length > 0) return found;
  }
  return [];
}

/** What the callable's error carries: our code, and the issues with their places. */
async function refusal(
  call: Promise<unknown>,
): Promise<{ https: string; code: string; message: string; issues: FileIssue[] }> {
  try {
    await call;
  } catch (error) {
    const { code: https, details } = error as {
      code: string;
      details?: { code?: string; message?: string; issues?: FileIssue[] };
    };
    return { https, code: details?.code ?? '', message: details?.message ?? '', issues: details?.issues ?? [] };
  }
  throw new Error('it was not refused');
}

const cancelled = async (execution: Execution): Promise<unknown> =>
  operator.call('cancelExecution', { executionId: execution.id, reason: 'only a test of the plan' });

describe('bad input is refused before anything is planned, with its place and a remedy', () => {
  test.each<[string, Uint8Array, Partial<FileIssue>]>([
    ['an empty file', utf8(''), { code: 'empty_file' }],
    ['a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]), { line: null }],
    [
      'text of an unknown encoding',
      Uint8Array.from([...lines(`${RUN}-enc,${ALPHA},1.00,USD,M`), 0xfc, 0x6c]),
      { code: 'encoding', line: 2 },
    ],
  ])('%s, by the upload', async (name, bytes, issue) => {
    const file = await operator.upload(`${name}.csv`, bytes);
    expect(file).toMatchObject({
      status: 'refused',
      issues: [{ ...issue, message: expect.stringMatching(/.{8}/), remedy: expect.stringMatching(/.{8}/) }],
    });
    const refused = await refusal(
      operator.call('requestExecution', { operationId: 'stripe-payout', parameters: { file: file.id } }),
    );
    expect(refused).toMatchObject({ https: 'functions/invalid-argument', code: 'input_error', issues: file.issues });
  });

  test.each<[string, Uint8Array, Partial<Problem>]>([
    [
      'a missing column',
      utf8(`reference,amount,currency,description\n${RUN}-mc,1.00,USD,x`),
      { code: 'missing_column', line: 1, column: 'account' },
    ],
    [
      'an extra column',
      utf8(`${HEADER},iban\n${RUN}-xc,${ALPHA},1.00,USD,x,DE1`),
      { code: 'extra_column', line: 1, column: 'iban' },
    ],
    [
      'a row that is too short',
      lines(`${RUN}-ok,${ALPHA},1.00,USD,x`, `${RUN}-short,${ALPHA},1.00`),
      { code: 'too_few_cells', line: 3 },
    ],
    [
      'a quote that is not closed',
      lines(`${RUN}-q,${ALPHA},1.00,USD,"never closed`),
      { code: 'unclosed_quote', line: 2 },
    ],
    ['a header alone', lines(), { code: 'no_rows', line: 2 }],
  ])('%s, by the plan', async (name, bytes, problem) => {
    const { execution } = await run(`${name}.csv`, bytes);
    expect(execution).toMatchObject({ state: 'failed', plan: null, error: { code: 'input_error' } });
    expect(await problemsOf(execution)).toMatchObject([
      { ...problem, message: expect.stringMatching(/.{8}/), remedy: expect.stringMatching(/.{8}/) },
    ]);
  });

  test('amounts and references that can not be read: each row is left out with its place, the sound row is planned', async () => {
    const { execution } = await run(
      'rows.csv',
      lines(
        `${RUN}-1,${ALPHA},"1,234.50",USD,grouped`,
        `${RUN}-2,${ALPHA},1e3,USD,exponent`,
        `${RUN}-3,${ALPHA},-5.00,USD,negative`,
        `${RUN}-4,${ALPHA},1.005,USD,decimals`,
        `${RUN}-5,${ALPHA},10.00,USD,sound`,
        `${RUN}-5,${ALPHA},11.00,USD,repeated`,
        `=HYPERLINK("x"),${ALPHA},1.00,USD,formula`,
        `${RUN}-7,${ALPHA},=1+1,USD,formula`,
        `${RUN}-8,${ALPHA},,USD,empty`,
        `${RUN}-9,acct_NoSuch,1.00,USD,unknown`,
        `${RUN}-10,${ALPHA},1.00,XXQ,currency`,
        `${RUN}-11,${ALPHA},0.00,USD,zero`,
      ),
    );
    expect(execution).toMatchObject({
      state: 'awaiting_approval',
      plan: {
        effectCount: 1,
        rowCount: 12,
        problemCount: 11,
        totals: [{ currency: 'USD', amountMinor: '1000', count: 1 }],
      },
    });
    const problems = (await problemsOf(execution)).map(({ line, column, code, remedy }) => [
      line,
      column,
      code,
      remedy.length > 8,
    ]);
    expect(problems).toEqual([
      [2, 'amount', 'amount_grouped', true],
      [3, 'amount', 'amount_exponent', true],
      [4, 'amount', 'amount_negative', true],
      [5, 'amount', 'amount_decimals', true],
      [7, 'reference', 'duplicate_reference', true],
      [8, 'reference', 'formula', true],
      [9, 'amount', 'formula', true],
      [10, 'amount', 'amount_missing', true],
      [11, 'account', 'account_unknown', true],
      [12, 'currency', 'currency_unknown', true],
      [13, 'amount', 'amount_zero', true],
    ]);
    await cancelled(execution);
  });

  test('200,000 rows: refused with the limit', async () => {
    const rows = Array.from({ length: 200_000 }, (_, index) => `${RUN}-${index},${ALPHA},1.00,USD,x`);
    const file = await operator.upload('huge.csv', utf8([HEADER, ...rows].join('\n')));
    expect(file).toMatchObject({ status: 'ready', profile: { rowCount: 200_000 } });
    const refused = await refusal(
      operator.call('requestExecution', { operationId: 'stripe-payout', parameters: { file: file.id } }),
    );
    expect(refused).toMatchObject({
      code: 'input_error',
      message: 'huge.csv has 200,000 rows; a run takes 50,000. Split the file and run each part.',
      issues: [{ line: 50_002, code: 'too_many_rows' }],
    });
  });
});

test('a byte order mark, UTF-16, semicolons with decimal commas and quoted newlines are read as they are meant', async () => {
  const utf16 = (text: string): Uint8Array => Uint8Array.from([0xff, 0xfe, ...Buffer.from(text, 'utf16le')]);
  const cases: [string, Uint8Array, string][] = [
    ['bom.csv', Uint8Array.from([0xef, 0xbb, 0xbf, ...lines(`${RUN}-bom,${ALPHA},12.34,USD,Zoë`)]), '1234'],
    ['utf16.csv', utf16(`${HEADER}\r\n${RUN}-u16,${ALPHA},56.78,USD,Zoë`), '5678'],
    ['semicolons.csv', utf8(`${HEADER.replaceAll(',', ';')}\n${RUN}-semi;${ALPHA};90,12;USD;x`), '9012'],
    ['newlines.csv', lines(`${RUN}-nl,${ALPHA},3.40,USD,"two\r\nlines, and ""quotes"""`), '340'],
  ];
  // One after the other: for tasks at once the emulator starts a process each.
  for (const [name, bytes, amountMinor] of cases) {
    const { execution } = await run(name, bytes);
    expect([name, execution.plan?.totals]).toEqual([name, [{ currency: 'USD', amountMinor, count: 1 }]]);
    await cancelled(execution);
  }
});

test('upload, plan, sign, apply: paid once each, results safe for a spreadsheet, a second run of the file names the first', async () => {
  const input = lines(
    `@SUM(${RUN}),${ALPHA},10.00,USD,first`,
    `-${RUN},${BRAVO},20.50,USD,second`,
    `${RUN}-z,${BRAVO},"1,0",USD,left out`,
  );
  const { execution: planned, file } = await run('payouts.csv', input);
  expect(planned).toMatchObject({
    state: 'awaiting_approval',
    inputs: [{ fileId: file.id, sha256: file.sha256 }],
    plan: { effectCount: 2, payeeCount: 2, problemCount: 1 },
  });
  expect(await stripe.payoutsOf(planned.id)).toEqual([]);
  await approver.call('approveExecution', {
    executionId: planned.id,
    digest: planned.plan?.digest ?? '',
    comment: 'checked',
  });
  const ended = await operator.execution(
    planned.id,
    (one) => END_STATES.includes(one.state) && one.report !== null,
    PLAN_LIMIT_MS,
  );
  expect(ended).toMatchObject({
    state: 'completed',
    journalCount: 2,
    agreement: { differenceCount: 0 },
    tally: { succeeded: [{ currency: 'USD', amountMinor: '3050', count: 2 }] },
  });
  const paid = await stripe.payoutsOf(planned.id);
  expect(new Set(paid.map((payout) => payout.amount))).toEqual(new Set([1000, 2050]));

  const text = await operator.download(ended.report?.files[0]?.storagePath ?? '');
  const rows = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true }).data;
  expect(rows.map((row) => [row['line'], row['reference'], row['amount'], row['status']])).toEqual([
    ['2', `'@SUM(${RUN})`, '10.00', 'paid'],
    ['3', `'-${RUN}`, '20.50', 'paid'],
    ['4', `${RUN}-z`, '', 'left out'],
  ]);
  expect(new Set(rows.slice(0, 2).map((row) => row['payout id']))).toEqual(new Set(paid.map((payout) => payout.id)));
  for (const row of rows) for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+@\t\r]/);

  const { execution: again, file: secondFile } = await run('payouts.csv', input);
  expect(again).toMatchObject({ state: 'failed', plan: null });
  for (const problem of (await problemsOf(again)).slice(0, 2))
    expect(problem).toMatchObject({ code: 'claim_taken', message: expect.stringContaining(planned.id) });
  expect(await stripe.payoutsOf(again.id)).toEqual([]);
  // A file of the same name is its next revision, and the first is kept.
  expect(secondFile.revision).toBe(file.revision + 1);
  expect(secondFile.sha256).toBe(file.sha256);
  expect(await operator.download(file.storagePath)).toBe(new TextDecoder().decode(input));
});

describe('denied over HTTPS: the code says why, and nothing changes', () => {
  let planned: Execution;
  beforeAll(async () => {
    planned = (await run('denials.csv', lines(`${RUN}-denial,${ALPHA},1.00,USD,x`))).execution;
  });
  afterAll(async () => {
    // None of the refused calls has changed it.
    const after = await operator.execution(planned.id, () => true);
    expect(after).toEqual(planned);
    await cancelled(planned);
  });
  const digest = (): string => planned.plan?.digest ?? '';

  test.each([
    ['an executive signs', 'executive', 'permission-denied', 'permission_denied'],
    ['an admin signs', 'admin', 'permission-denied', 'permission_denied'],
    ['the operator signs his own run', 'operator', 'permission-denied', 'self_approval'],
  ])('%s', async (_, role, https, code) => {
    const client = await members.as(role);
    expect(await refusal(client.call('approveExecution', { executionId: planned.id, digest: digest() }))).toMatchObject(
      { https: `functions/${https}`, code },
    );
  });

  test('an approver asks for a run, or cancels one', async () => {
    expect(
      await refusal(approver.call('requestExecution', { operationId: 'stripe-payout', parameters: {} })),
    ).toMatchObject({ https: 'functions/permission-denied' });
    expect(
      await refusal(approver.call('cancelExecution', { executionId: planned.id, reason: 'not mine' })),
    ).toMatchObject({ https: 'functions/permission-denied' });
  });

  test('a stale digest, an unknown run, an input of another shape', async () => {
    expect(
      await refusal(approver.call('approveExecution', { executionId: planned.id, digest: 'a'.repeat(64) })),
    ).toMatchObject({ https: 'functions/failed-precondition', code: 'stale_digest' });
    expect(
      await refusal(approver.call('approveExecution', { executionId: 'no-such-run', digest: digest() })),
    ).toMatchObject({ https: 'functions/not-found' });
    expect(
      await refusal(approver.call('approveExecution', { executionId: planned.id, digest: 'short' })),
    ).toMatchObject({ https: 'functions/invalid-argument', message: expect.stringContaining('digest') });
  });

  test('somebody of no organization, and nobody', async () => {
    const signedIn = await stranger(true);
    const signedOut = await stranger(false);
    const input = {
      orgId: platform.organizationId,
      idempotencyKey: randomUUID(),
      executionId: planned.id,
      digest: digest(),
    };
    expect(await refusal(callAs(signedIn, 'approveExecution', input))).toMatchObject({
      https: 'functions/permission-denied',
      code: 'permission_denied',
    });
    expect(await refusal(callAs(signedOut, 'approveExecution', input))).toMatchObject({
      https: 'functions/unauthenticated',
    });
    const ask = {
      orgId: platform.organizationId,
      idempotencyKey: randomUUID(),
      operationId: 'stripe-payout',
      parameters: {},
    };
    expect(await refusal(callAs(signedIn, 'requestExecution', ask))).toMatchObject({
      https: 'functions/permission-denied',
    });
  });

  test('the same key again: the same execution; another input under it is refused', async () => {
    const file = await operator.upload('idempotent.csv', lines(`${RUN}-idem,${ALPHA},1.00,USD,x`));
    const key = randomUUID();
    const ask = (mode: string) =>
      operator.call('requestExecution', { operationId: 'stripe-payout', parameters: { file: file.id, mode } }, key);
    const [one, two] = await Promise.all([ask('amounts'), ask('amounts')]);
    expect(one).toEqual(two);
    expect(await refusal(ask('sweep'))).toMatchObject({
      https: 'functions/already-exists',
      code: 'idempotency_key_reused',
    });
    const execution = await operator.execution(one.executionId, (found) => found.state !== 'planning', PLAN_LIMIT_MS);
    await cancelled(execution);
  });
});

test('the storage rules turn away other types, other folders, other organizations, and those who are no operators', async () => {
  const upload = async (app: FirebaseApp, path: string, contentType = 'text/csv'): Promise<string> =>
    uploadBytes(ref(getStorage(app), path), utf8('a,b'), { contentType }).then(
      () => 'taken',
      (error: { code: string }) => error.code,
    );
  const app = appOf(operator);
  const path = (org = platform.organizationId, uid = operator.uid, name = 'x.csv'): string =>
    objectPaths.upload(org, uid, randomUUID(), name);
  expect(await upload(app, path())).toBe('taken');
  for (const type of [
    'text/html',
    'application/zip',
    'image/svg+xml',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ]) {
    expect([type, await upload(app, path(), type)]).toEqual([type, 'storage/unauthorized']);
  }
  expect(await upload(app, path('another-org'))).toBe('storage/unauthorized');
  expect(await upload(app, path(undefined, approver.uid))).toBe('storage/unauthorized');
  expect(await upload(app, objectPaths.result(platform.organizationId, 'x', 'results.csv'))).toBe(
    'storage/unauthorized',
  );
  expect(await upload(appOf(approver), path(undefined, approver.uid))).toBe('storage/unauthorized');
  const nobody = await stranger(false);
  expect(await upload(nobody, path())).toMatch(/^storage\/(unauthorized|unauthenticated)$/);
});

/** The app behind a member's client, whose Storage is connected to the emulator. */
function appOf(client: DemoClient): FirebaseApp {
  return client.app;
}

/** A web app of somebody who is no member, signed up or signed out. */
async function stranger(signedIn: boolean): Promise<FirebaseApp> {
  const target = clientTarget(platform);
  const app = initializeApp(
    { projectId: target.projectId, apiKey: 'demo-key', storageBucket: target.storageBucket },
    randomUUID(),
  );
  strangers.push(app);
  const split = (host: string): [string, number] => [host.split(':')[0] ?? '', Number(host.split(':')[1])];
  connectFunctionsEmulator(getFunctions(app, 'us-central1'), ...split(target.hosts.functions));
  connectStorageEmulator(getStorage(app), ...split(target.hosts.storage));
  connectAuthEmulator(getAuth(app), `http://${target.hosts.auth}`, { disableWarnings: true });
  if (signedIn)
    await createUserWithEmailAndPassword(getAuth(app), `${randomUUID()}@stranger.example`, 'a-good-password');
  return app;
}

function callAs(app: FirebaseApp, name: string, input: unknown): Promise<unknown> {
  return httpsCallable(getFunctions(app, 'us-central1'), name, { timeout: 60_000 })(input);
}
