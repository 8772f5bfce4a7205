import { isAppError } from '@countersign/domain/errors';
import { derivedId } from '@countersign/domain/hash';
import { paths } from '@countersign/domain/paths';
import type { Execution } from '@countersign/domain/schemas/execution';
import { beforeEach, describe, expect, test } from 'vitest';
import { expectSound } from '../engine/testing/sound.ts';
import { ALPHA, csvOf, FOREIGN_ORG, ORG, World } from '../engine/testing/world.ts';

const FILE = csvOf([
  ['A-1', ALPHA, '1000.00', 'USD'],
  ['A-2', ALPHA, '12.34', 'EUR'],
]);
let world: World;
beforeEach(async () => {
  world = await World.open();
});

/** All documents but the audit log, its stream, and what stands beside it: a refusal may be audited and counted, and nothing else. */
const everything = (): unknown =>
  world.db
    .dump()
    .filter(({ path }) => !/\/(audit|auditPersonal|denials)\/|\/streams\/audit/.test(path))
    .map(({ path, data }) => [path, data]);

/** Refused with this code, and nothing changed, nobody woken, nothing sent. */
async function expectRefused(code: string, call: () => Promise<unknown>, message?: RegExp): Promise<void> {
  const before = everything();
  const wakes = [...world.wakes];
  const error = await call().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({
    name: 'AppError',
    code,
    ...(message === undefined ? {} : { message: expect.stringMatching(message) }),
  });
  expect(everything()).toEqual(before);
  expect(world.wakes).toEqual(wakes);
  expect(world.provider.requests).toEqual([]);
}

const denials = (): unknown[] =>
  world
    .audit()
    .filter((event) => event.body.type === 'command.denied')
    .map((event) => [
      event.body.actor.kind === 'member' ? event.body.actor.uid : null,
      event.body.data['command'],
      event.body.data['code'],
    ]);

describe('requestExecution', () => {
  const ask = async (
    uid: string | null,
    parameters: Record<string, unknown>,
    key?: string,
    orgId?: string,
  ): Promise<{ executionId: string }> =>
    world.command(uid, 'requestExecution', { operationId: 'stripe-payout', parameters }, key, orgId);

  test.each([
    ['an approver', 'amir'],
    ['an executive', 'edith'],
    ['an admin', 'ada'],
    ['somebody who has left', 'ina'],
    ['a member of another organization', 'frida'],
    ['somebody unknown', 'nobody-at-all'],
  ])('by %s: refused, and audited', async (_, uid) => {
    const file = await world.upload(FILE);
    await expectRefused('permission_denied', () => ask(uid, { file: file.id }));
    expect(denials()).toEqual([[uid, 'requestExecution', 'permission_denied']]);
    await expectSound(world);
  });

  test('without a sign-in', async () => {
    const file = await world.upload(FILE);
    await expectRefused('unauthenticated', () => ask(null, { file: file.id }));
  });

  test('in an organization that one is no member of', async () => {
    const file = await world.upload(FILE, 'payouts.csv', FOREIGN_ORG);
    await expectRefused('permission_denied', () => ask('olivia', { file: file.id }, undefined, FOREIGN_ORG));
    await expectRefused('permission_denied', () => ask('olivia', { file: file.id }, undefined, 'there-is-none'));
  });

  test.each([
    ['no file', {}, /Payouts is needed/],
    ['no such parameter', { file: 'x', speed: 'fast' }, /no such parameter/],
    ['no such choice', { file: 'x', mode: 'everything' }, /one of the choices/],
    ['a path for a file', { file: '../../orgs/globex/files/x' }, /must be a file/],
    ['a number for a file', { file: 7 }, /must be a file/],
    ['text that is too long', { file: 'x', description: 'x'.repeat(301) }, /300 characters/],
  ])('%s', async (_, parameters, message) => {
    await expectRefused('invalid_argument', () => ask('olivia', parameters), message);
  });

  test('a parameter that this mode does not ask for is left out', async () => {
    const file = await world.upload(FILE);
    const { executionId } = await ask('olivia', { file: file.id, mode: 'amounts', reserve: 'USD 1.00' });
    expect((await world.execution(executionId)).parameters).toEqual({
      file: file.id,
      mode: 'amounts',
      problems: 'leave_out',
    });
  });

  test.each([
    [{ orgId: '../x' }],
    [{ idempotencyKey: 'short' }],
    [{ extra: 1 }],
    [{ parameters: null }],
    [{ operationId: 7 }],
  ])('an input of another shape: %j', async (fields) => {
    const { runCommand } = await import('./run-command.ts');
    const { requestExecution } = await import('./request-execution.ts');
    await expectRefused('invalid_argument', () =>
      runCommand(
        world.deps,
        requestExecution,
        { uid: 'olivia' },
        { orgId: ORG, idempotencyKey: 'key-0000-1', operationId: 'stripe-payout', parameters: {}, ...fields },
      ),
    );
  });

  test('an operation that is not there', async () => {
    await expectRefused('not_found', () =>
      world.command('olivia', 'requestExecution', { operationId: 'no-such', parameters: {} }),
    );
  });

  test('a file of another organization, a file that is not there', async () => {
    const foreign = await world.upload(FILE, 'payouts.csv', FOREIGN_ORG);
    await expectRefused('not_found', () => ask('olivia', { file: foreign.id }));
    await expectRefused('not_found', () => ask('olivia', { file: derivedId('no', 'file') }));
  });

  test.each<[string, string | Uint8Array]>([
    ['empty', ''],
    ['not text', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0])],
    ['not UTF-8', new Uint8Array([0x61, 0x2c, 0x62, 0x0a, 0xff, 0x2c, 0x31])],
  ])('a file that was refused: %s', async (_, content) => {
    const file = await world.upload(content);
    expect(file.status).toBe('refused');
    await expectRefused('input_error', () => ask('olivia', { file: file.id }));
    const error: unknown = await ask('olivia', { file: file.id }).catch((thrown: unknown) => thrown);
    expect(isAppError(error) && error.details['issues']).toMatchObject([
      { message: expect.any(String), remedy: expect.any(String) },
    ]);
  });

  test('a results file is no input', async () => {
    const ended = await world.payOut(FILE);
    const results = ended.report?.files[0]?.fileId ?? '';
    world.provider.requests.length = 0;
    await expectRefused('input_error', () => ask('olivia', { file: results }));
  });

  test('more rows than a run takes: refused with the limit, the line and a remedy', async () => {
    const rows = Array.from({ length: 50_001 }, (_, index) => `R-${index},${ALPHA},1.00,USD,x`);
    const file = await world.upload(['reference,account,amount,currency,description', ...rows].join('\n'));
    await expectRefused(
      'input_error',
      () => ask('olivia', { file: file.id }),
      /50,001 rows; a run takes 50,000\. Split the file/,
    );
    const error: unknown = await ask('olivia', { file: file.id }).catch((thrown: unknown) => thrown);
    expect(isAppError(error) && error.details['issues']).toMatchObject([{ line: 50_002, code: 'too_many_rows' }]);
  });

  test('the same key and input is the same execution; another input under it is refused', async () => {
    const [one, two] = [await world.upload(FILE), await world.upload(FILE)];
    const first = await ask('olivia', { file: one.id }, 'the-same-key');
    const documents = everything();
    expect(await ask('olivia', { file: one.id }, 'the-same-key')).toEqual(first);
    expect(everything()).toEqual(documents);
    await expectRefused('idempotency_key_reused', () => ask('olivia', { file: two.id }, 'the-same-key'));
    // Somebody else's key is his own.
    expect(await ask('otto', { file: one.id }, 'the-same-key')).not.toEqual(first);
  });

  test('sent twice at once: one execution', async () => {
    const file = await world.upload(FILE);
    const answers = await Promise.all([
      ask('olivia', { file: file.id }, 'twice-at-once'),
      ask('olivia', { file: file.id }, 'twice-at-once'),
    ]);
    expect(answers[0]).toEqual(answers[1]);
    expect(world.documents('executions')).toHaveLength(1);
    await expectSound(world);
  });
});

describe('approveExecution', () => {
  let planned: Execution;
  beforeEach(async () => {
    planned = await world.plan(FILE);
  });
  const sign = async (uid: string | null, digest = planned.plan?.digest ?? '', key?: string): Promise<unknown> =>
    world.command(uid, 'approveExecution', { executionId: planned.id, digest }, key);

  test.each([
    ['the operator who asked', 'olivia', 'self_approval'],
    ['an executive, whose role this run does not ask for', 'edith', 'permission_denied'],
    ['an admin', 'ada', 'permission_denied'],
    ['an approver who has left', 'ina', 'permission_denied'],
    ['an approver of another organization', 'frida', 'permission_denied'],
    ['nobody', null, 'unauthenticated'],
  ] as const)('%s', async (_, uid, code) => {
    await expectRefused(code, () => sign(uid));
    if (uid !== null) expect(denials()).toEqual([[uid, 'approveExecution', code]]);
    expect((await world.execution(planned.id)).state).toBe('awaiting_approval');
  });

  test('the requester, who is an approver as well', async () => {
    const id = await world.request(csvOf([['O-1', ALPHA, '1.00', 'USD']]), {}, 'otto');
    await world.work();
    planned = await world.execution(id);
    await expectRefused('self_approval', () => sign('otto'), /somebody else must sign/);
    expect(denials()).toEqual([['otto', 'approveExecution', 'self_approval']]);
    await sign('amir');
    expect((await world.execution(id)).state).toBe('approved');
  });

  test('a stale digest, of this run or of another', async () => {
    await expectRefused('stale_digest', () => sign('amir', '0'.repeat(64)), /has changed since you opened it/);
    const other = await world.plan(csvOf([['X-1', ALPHA, '1.00', 'USD']]));
    await expectRefused('stale_digest', () => sign('amir', other.plan?.digest));
    expect(denials()).toEqual([['amir', 'approveExecution', 'stale_digest']]);
  });

  test('twice: the same person is one signature', async () => {
    world = await World.open({ levels: [{ role: 'approver', people: 2 }] });
    planned = await world.plan(FILE);
    expect(await sign('amir', undefined, 'one-signature')).toEqual({ state: 'awaiting_approval', remaining: 1 });
    await expectRefused('already_signed', () => sign('amir'));
    // The same call again is answered, and changes nothing.
    expect(await sign('amir', undefined, 'one-signature')).toEqual({ state: 'awaiting_approval', remaining: 1 });
    expect(await sign('bea')).toEqual({ state: 'approved', remaining: 0 });
    await expectRefused('failed_precondition', () => sign('otto'));
    await expectSound(world);
  });

  test('levels are signed in order, each by its role', async () => {
    world = await World.open({
      levels: [
        { role: 'approver', people: 1 },
        { role: 'executive', people: 1 },
      ],
    });
    planned = await world.plan(FILE);
    await expectRefused('permission_denied', () => sign('edith'), /takes the role approver/);
    expect(await sign('amir')).toEqual({ state: 'awaiting_approval', remaining: 1 });
    await expectRefused('permission_denied', () => sign('bea'), /takes the role executive/);
    expect(await sign('edith')).toEqual({ state: 'approved', remaining: 0 });
  });

  test('two approvers at once where one is enough: one signature, one apply', async () => {
    const answers = await Promise.allSettled([sign('amir'), sign('bea')]);
    expect(answers.filter((answer) => answer.status === 'fulfilled')).toHaveLength(1);
    await world.work();
    const ended = await world.execution(planned.id);
    expect(ended).toMatchObject({ state: 'completed', approvals: [{ role: 'approver' }] });
    await expectSound(world);
  });

  test('after its end, after its time, while it is planned', async () => {
    world.clock.pass(73 * 3_600_000);
    await expectRefused('failed_precondition', () => sign('amir'), /time to sign this plan has run out/);
    await world.command('olivia', 'cancelExecution', { executionId: planned.id, reason: 'too late' });
    await expectRefused('failed_precondition', () => sign('amir'));
    const id = await world.request(csvOf([['P-1', ALPHA, '1.00', 'USD']]));
    await expectRefused('failed_precondition', () =>
      world.command('amir', 'approveExecution', { executionId: id, digest: '0'.repeat(64) }),
    );
    await expectRefused('not_found', () =>
      world.command('amir', 'approveExecution', { executionId: 'no-such', digest: '0'.repeat(64) }),
    );
  });

  test('a comment is kept where it can be erased, and only its commitment is in the log', async () => {
    await world.command('amir', 'approveExecution', {
      executionId: planned.id,
      digest: planned.plan?.digest ?? '',
      comment: 'Checked with Greta by phone',
    });
    await expectSound(world);
    const inLog = world.db
      .dump()
      .filter(({ data }) => JSON.stringify(data).includes('Greta'))
      .map(({ path }) => path.split('/')[2]);
    expect(new Set(inLog)).toEqual(new Set(['auditPersonal', 'executions']));
  });
});

describe('rejectExecution, cancelExecution, setStop', () => {
  let planned: Execution;
  beforeEach(async () => {
    planned = await world.plan(FILE);
  });
  const digest = (): string => planned.plan?.digest ?? '';

  test('reject: who may not sign may not refuse either, and a reason is needed', async () => {
    await expectRefused('self_approval', () =>
      world.command('olivia', 'rejectExecution', { executionId: planned.id, digest: digest(), reason: 'because' }),
    );
    await expectRefused('stale_digest', () =>
      world.command('amir', 'rejectExecution', { executionId: planned.id, digest: 'f'.repeat(64), reason: 'because' }),
    );
    await expectRefused('invalid_argument', () =>
      world.command('amir', 'rejectExecution', { executionId: planned.id, digest: digest(), reason: '  ' }),
    );
    expect(
      await world.command('amir', 'rejectExecution', {
        executionId: planned.id,
        digest: digest(),
        reason: 'wrong month',
      }),
    ).toEqual({ state: 'rejected' });
    await expectRefused('failed_precondition', () =>
      world.command('bea', 'approveExecution', { executionId: planned.id, digest: digest() }),
    );
  });

  test('cancel: only who asked, or an admin', async () => {
    await expectRefused('permission_denied', () =>
      world.command('otto', 'cancelExecution', { executionId: planned.id, reason: 'not mine' }),
    );
    await expectRefused('permission_denied', () =>
      world.command('amir', 'cancelExecution', { executionId: planned.id, reason: 'not mine' }),
    );
    await expectRefused('not_found', () =>
      world.command('ada', 'cancelExecution', { executionId: 'no-such', reason: 'not there' }),
    );
    expect(await world.command('ada', 'cancelExecution', { executionId: planned.id, reason: 'by admin' })).toEqual({
      state: 'cancelled',
    });
    await expectRefused('failed_precondition', () =>
      world.command('olivia', 'cancelExecution', { executionId: planned.id, reason: 'again' }),
    );
  });

  test('stop: many may pull it, only an admin lifts it', async () => {
    await expectRefused('permission_denied', () =>
      world.command('edith', 'setStop', { active: true, reason: 'I worry' }),
    );
    await world.command('amir', 'setStop', { active: true, reason: 'looks odd' });
    await expectRefused(
      'permission_denied',
      () => world.command('amir', 'setStop', { active: false, reason: 'all fine' }),
      /Only an admin/,
    );
    await world.command('ada', 'setStop', { active: false, reason: 'all fine' });
    await expectSound(world);
  });

  test('openConnectedAccounts: treasurers and admins; an account that Stripe does not know is named; twice is once', async () => {
    await expectRefused('permission_denied', () =>
      world.command('olivia', 'openConnectedAccounts', { accounts: [ALPHA] }),
    );
    world.provider.open('acct_New', { USD: 7_00n });
    expect(
      await world.command('bea', 'openConnectedAccounts', { accounts: ['acct_New', 'acct_Missing', ALPHA] }),
    ).toEqual({ opened: 1, existing: 1, missing: ['acct_Missing'] });
    expect(await world.command('bea', 'openConnectedAccounts', { accounts: ['acct_New'] })).toEqual({
      opened: 0,
      existing: 1,
      missing: [],
    });
    await expectSound(world);
  });
});

test('denials are audited once a minute for a caller, a command and a code, however many there are', async () => {
  const deny = async (uid: string): Promise<unknown> =>
    world.command(uid, 'setStop', { active: true, reason: 'noise' }).catch(() => undefined);
  for (let round = 0; round < 5; round += 1) await deny('edith');
  await deny('frida');
  expect(denials()).toEqual([
    ['edith', 'setStop', 'permission_denied'],
    ['frida', 'setStop', 'permission_denied'],
  ]);
  world.clock.pass(60_000);
  await deny('edith');
  expect(denials()).toHaveLength(3);
  // No refused posting is left behind.
  expect(world.db.dump().filter(({ path }) => path.includes('/results/'))).toEqual([]);
  expect(world.db.dump().filter(({ path }) => path.startsWith(paths.organization('there-is-none')))).toEqual([]);
  await expectSound(world);
});
