import { exampleEffect } from '@countersign/domain/plan/example-effect';
import { providerKey } from '@countersign/domain/plan/effect-checks';
import type { Effect, PageOutcomes, PlanPage } from '@countersign/domain/schemas/effect';
import { beforeEach, describe, expect, test, vi, type Mock } from 'vitest';
import { config } from '../config.ts';
import type { HttpCaller } from '../effects/http-caller.ts';
import { CLOCK_SKEW_MS } from '../effects/stripe-payout.ts';
import type { FindRequest, Performed, PayRequest } from '../effects/payment-provider.ts';
import type { ApplyContext } from './apply-page.ts';
import { MAY_BE_SENT } from './outcomes.ts';
import { outcomeOf, performOutside, settlementOf, type Mode } from './perform-effects.ts';

const NOW = '2026-11-22T10:00:00.000Z';
const before = (ms: number): Date => new Date(Date.parse(NOW) - ms);
const INTENDED_AT = before(60_000).toISOString();
const APPROVED_AT = before(3_600_000).toISOString();
const KEY = 'key-1';

const paid: Performed = { status: 'succeeded', providerId: 'po_1', settlement: 'in_transit' };
const saying = (status: 'failed' | 'unknown' | 'not_done', retryable = false): Performed => ({
  status,
  code: `was_${status}`,
  message: 'as it said',
  retryable,
});
const returned: Performed = { ...saying('failed'), returnedId: 'po_0' } as Performed;

const payout: Effect = exampleEffect();
const http = (idempotencyHeader: string | null): Effect => ({
  key: 'c',
  line: null,
  needs: [],
  claim: null,
  journal: null,
  kind: 'http.call',
  data: { method: 'POST', url: 'https://erp.example.com/x', headers: {}, body: null, idempotencyHeader },
});

type Pay = (request: PayRequest) => Promise<Performed>;
type Find = (request: FindRequest) => Promise<Performed | null>;
type RefusalOf = (effect: Effect) => Promise<Performed | null>;
type Answered = (effect: Effect, performed: Performed | null) => void;
let pay: Mock<Pay>;
let find: Mock<Find>;
let call: Mock<HttpCaller>;
let refusalOf: Mock<RefusalOf>;
let answered: Mock<Answered>;
beforeEach(() => {
  pay = vi.fn<Pay>(async () => paid);
  find = vi.fn<Find>(async () => null);
  call = vi.fn<HttpCaller>(async () => ({ status: 'succeeded', providerId: 'h_1' }));
  refusalOf = vi.fn<RefusalOf>(async () => null);
  answered = vi.fn<Answered>();
});

interface Situation {
  readonly mode?: Mode;
  readonly refusal?: string;
  readonly skip?: boolean;
  readonly restoredSince?: string;
  readonly context?: Partial<ApplyContext>;
  readonly execution?: object;
}

async function perform(effect: Effect, { mode = 'first', ...given }: Situation = {}) {
  const context = {
    deps: { now: () => new Date(NOW), provider: { pay, find }, http: call },
    lease: { orgId: 'acme' },
    execution: {
      id: 'x-1',
      approvedAt: APPROVED_AT,
      requestedAt: before(86_400_000).toISOString(),
      ...given.execution,
    },
    organization: {
      allowedHosts: ['erp.example.com'],
      restored: given.restoredSince === undefined ? null : { at: NOW, lostSince: given.restoredSince },
    },
    attempts: new Map(),
    askSince: new Map(),
    limit: async <T>(_: string, one: () => Promise<T>) => one(),
    mayAskProvider: true,
    balances: { refusalOf, answered },
    results: new Map(),
    ...given.context,
  } as unknown as ApplyContext;
  const page = { attempt: 2, index: 3, effects: [effect] } as unknown as PlanPage;
  const intent = { effectId: 'e-1', idempotencyKey: KEY, journalId: 'j-1', skip: given.skip ?? false };
  const intended = { intents: [intent], intendedAt: INTENDED_AT } as unknown as PageOutcomes;
  const refused = new Map(given.refusal === undefined ? [] : [['j-1', given.refusal]]);
  return (await performOutside(context, page, intended, refused, mode))[0] ?? null;
}
const outcome = async (...of: Parameters<typeof perform>) => {
  const done = await perform(...of);
  return done === null ? null : [done.status, done.code];
};
const sinceAsked = (): string[] =>
  find.mock.calls.map(([request]) => new Date(request.createdAfter.getTime() + CLOCK_SKEW_MS).toISOString());

describe('sent for the first time', () => {
  test('a payment goes out under its ids, and nobody is asked before', async () => {
    expect(await perform(payout)).toEqual({
      effectId: 'e-1',
      key: payout.key,
      line: 2,
      status: 'succeeded',
      providerId: 'po_1',
      code: null,
      message: null,
      journalId: 'j-1',
      settlement: { state: 'in_transit', at: NOW },
      at: NOW,
    });
    const ids = { orgId: 'acme', executionId: 'x-1', effectId: 'e-1', page: '2-3', idempotencyKey: KEY };
    expect(pay.mock.calls).toEqual([[{ kind: 'payout', data: payout.data, ids }]]);
    expect(find).not.toHaveBeenCalled();
    expect(answered.mock.calls).toEqual([[payout, paid]]);
  });

  test.each([
    ['failed', 'failed'],
    ['unknown', 'unknown'],
    ['not_done', 'failed'],
  ] as const)('and the provider says that it is %s: %s', async (said, status) => {
    pay.mockResolvedValue(saying(said));
    expect(await outcome(payout)).toEqual([status, `was_${said}`]);
    expect(find).not.toHaveBeenCalled();
    expect(pay).toHaveBeenCalledTimes(1);
  });

  test.each(['failed', 'unknown'] as const)(
    'what is %s is not sent again, whatever it says of retrying',
    async (said) => {
      pay.mockResolvedValue(saying(said, true));
      expect(await outcome(payout)).toEqual([said, `was_${said}`]);
      expect(pay).toHaveBeenCalledTimes(1);
    },
  );

  test('throttled: the same call until patience ends; then it is not done, so failed', async () => {
    vi.useFakeTimers();
    try {
      pay.mockResolvedValue(saying('not_done', true));
      const result = outcome(payout);
      await vi.runAllTimersAsync();
      expect(await result).toEqual(['failed', 'was_not_done']);
      expect(pay).toHaveBeenCalledTimes(5);
      expect(new Set(pay.mock.calls.map(([{ ids }]) => ids.idempotencyKey))).toEqual(new Set([KEY]));
    } finally {
      vi.useRealTimers();
    }
  });

  test('not sent when the balance is short, or the ledger has refused its journal', async () => {
    refusalOf.mockResolvedValueOnce(saying('failed'));
    expect(await outcome(payout)).toEqual(['failed', 'was_failed']);
    expect(await perform(payout, { refusal: 'closed account' })).toMatchObject({
      status: 'failed',
      code: 'ledger_refused',
      message: 'closed account',
      journalId: null,
    });
    expect(pay).not.toHaveBeenCalled();
    expect(answered).not.toHaveBeenCalled();
  });

  test('not sent when what it needs has not succeeded', async () => {
    expect(await outcome(payout, { skip: true, refusal: 'x' })).toEqual(['not_done', 'need_failed']);
    expect([pay, find].map((port) => port.mock.calls.length)).toEqual([0, 0]);
  });

  test('a connector that breaks down breaks the page, and the money counts as sent', async () => {
    pay.mockRejectedValue(new Error('gone'));
    await expect(perform(payout)).rejects.toThrow('gone');
    expect(answered.mock.calls).toEqual([[payout, null]]);
  });

  test('the ids that its needs were given are put in', async () => {
    const needing = { ...http(null), needs: ['a'], data: { ...http(null).data, body: { of: { $providerIdOf: 'a' } } } };
    const results = new Map([['a', { status: 'succeeded' as const, providerId: 'po_9' }]]);
    await perform(needing as Effect, { context: { results } });
    expect(call).toHaveBeenCalledWith(expect.objectContaining({ body: '{"of":"po_9"}' }));
    const missing = new Map([['a', { status: 'succeeded' as const, providerId: null }]]);
    await expect(perform(needing as Effect, { context: { results: missing } })).rejects.toThrow('no provider id');
  });
});

describe('asked for before it is sent', () => {
  const LOST = before(7_200_000).toISOString();
  test.each<[string, Situation, string | null]>([
    ['not under a fresh approval', {}, null],
    [
      'not under one of just twenty hours',
      { execution: { approvedAt: before(config.askFirstAfterMs).toISOString() } },
      null,
    ],
    [
      'under an older one, since then',
      { execution: { approvedAt: before(config.askFirstAfterMs + 1).toISOString() } },
      before(config.askFirstAfterMs + 1).toISOString(),
    ],
    [
      'without an approval, since it was asked for',
      { execution: { approvedAt: null } },
      before(86_400_000).toISOString(),
    ],
    ['when an earlier run may have sent it, since then', { context: { askSince: new Map([['e-1', LOST]]) } }, LOST],
    ['not for the doubts of another', { context: { askSince: new Map([['e-2', LOST]]) } }, null],
    ['sent again under a fresh approval: the key is enough', { mode: 'again' }, null],
    ['never sent again: since it was intended', { mode: 'ask_only' }, INTENDED_AT],
  ])('%s', async (_, situation, since) => {
    await perform(payout, situation);
    expect(sinceAsked()).toEqual(since === null ? [] : [since]);
    expect(find.mock.calls.map(([request]) => request.idempotencyKey)).toEqual(since === null ? [] : [KEY]);
    find.mockClear().mockResolvedValue(paid);
    pay.mockClear();
    if (since === null) return;
    // What is found is not sent, whatever the balance or the ledger says.
    refusalOf.mockResolvedValue(saying('failed'));
    expect(await outcome(payout, { ...situation, refusal: 'closed' })).toEqual(['succeeded', null]);
    expect(pay).not.toHaveBeenCalled();
  });

  test.each([
    ['the time that was lost', LOST, LOST],
    ['when it was intended, if that is earlier', NOW, INTENDED_AT],
  ])('in a restored database under each key that may be forgotten, since %s', async (_, restoredSince, since) => {
    const attempts = new Map([['e-1', 2]]);
    expect(await outcome(payout, { restoredSince, context: { attempts } })).toEqual(['succeeded', null]);
    expect(sinceAsked()).toEqual([since, since, since, since]);
    expect(find.mock.calls.map(([request]) => request.idempotencyKey)).toEqual(
      [2, 3, 4, 5].map((attempt) => providerKey('acme', 'payout', 'R-1', attempt)),
    );
    expect(pay).toHaveBeenCalledTimes(1);
  });

  test('what has no reference has no other attempts', async () => {
    expect(await outcome(http('Key'), { restoredSince: LOST })).toEqual(['succeeded', null]);
  });

  test('of forgotten attempts the one that was paid goes before one that came back', async () => {
    find.mockResolvedValueOnce(returned).mockResolvedValueOnce(saying('failed')).mockResolvedValueOnce(paid);
    expect(await outcome(payout, { restoredSince: LOST })).toEqual(['succeeded', null]);
    find.mockReset().mockResolvedValueOnce(null).mockResolvedValueOnce(returned).mockResolvedValue(saying('unknown'));
    expect(await perform(payout, { restoredSince: LOST })).toMatchObject({ status: 'failed', providerId: 'po_0' });
    expect(pay).not.toHaveBeenCalled();
  });
});

describe('after a worker that may have sent it', () => {
  const again = { mode: 'again' } as const;
  test.each<[string, Performed, Performed | null | Error, [string, string | null]]>([
    ['paid now', paid, null, ['succeeded', null]],
    ['unknown now', saying('unknown'), null, ['unknown', 'was_unknown']],
    ['refused, and nothing is found: proven', saying('failed'), null, ['failed', 'was_failed']],
    ['refused, and it was paid before', saying('failed'), paid, ['succeeded', null]],
    ['refused, and nobody answers', saying('failed'), new Error('x'), ['unknown', 'was_failed']],
    ['not done, and nothing is found: no proof', saying('not_done'), null, ['unknown', 'was_not_done']],
  ])('%s', async (_, said, found, expected) => {
    pay.mockResolvedValue(said);
    if (found instanceof Error) find.mockRejectedValue(found);
    else find.mockResolvedValue(found);
    expect(await outcome(payout, again)).toEqual(expected);
    // The balance was looked at when it was sent first.
    expect([refusalOf, answered].map((port) => port.mock.calls.length)).toEqual([0, 0]);
    if (said.status === 'failed') expect(sinceAsked()).toEqual([INTENDED_AT]);
  });

  test('a run that stops sends nothing: what is not found may still be sent', async () => {
    expect(await perform(payout, { mode: 'ask_only' })).toMatchObject({
      status: 'unknown',
      code: MAY_BE_SENT,
      message: 'The run stopped, and the worker that was lost may still send this: it is asked about for a while',
    });
    expect(pay).not.toHaveBeenCalled();
  });

  test.each<[string, Effect, Mode, [string, string | null], number]>([
    ['with a key is sent again', http('Key'), 'again', ['succeeded', null], 1],
    ['with a key is not sent by a run that stops: unknown', http('Key'), 'ask_only', ['unknown', 'worker_lost'], 0],
    ['without a key is not sent again: unknown', http(null), 'again', ['unknown', 'worker_lost'], 0],
    ['without a key, in a run that stops: unknown', http(null), 'ask_only', ['unknown', 'worker_lost'], 0],
    ['without a key is sent the first time', http(null), 'first', ['succeeded', null], 1],
  ])('a call %s', async (_, effect, mode, expected, calls) => {
    expect(await outcome(effect, { mode })).toEqual(expected);
    expect(call).toHaveBeenCalledTimes(calls);
    if (calls === 0)
      expect((await perform(effect, { mode }))?.message).toBe(
        'The worker was lost while this was sent, and the receiver can not be asked',
      );
  });

  test('a refused call proves nothing where nobody can be asked', async () => {
    call.mockResolvedValue(saying('failed'));
    expect(await outcome(http('Key'), again)).toEqual(['unknown', 'was_failed']);
    expect(await outcome(http('Key'))).toEqual(['failed', 'was_failed']);
  });
});

describe('when the provider is another one than was signed', () => {
  const elsewhere = { context: { mayAskProvider: false }, mode: 'ask_only' } as const;
  test('nobody is asked who can not know', async () => {
    expect(await outcome(payout, elsewhere)).toEqual(['unknown', 'provider_changed']);
    expect(await outcome(payout, { ...elsewhere, refusal: 'closed' })).toEqual(['failed', 'ledger_refused']);
    expect([pay, find].map((port) => port.mock.calls.length)).toEqual([0, 0]);
  });

  test('other systems are as they were', async () => {
    expect(await outcome(http('Key'), { ...elsewhere, mode: 'again' })).toEqual(['succeeded', null]);
  });
});

test("an effect on our own documents is not performed here, but for the ledger's refusal", async () => {
  const notice = { ...http(null), kind: 'notify', data: {} } as unknown as Effect;
  expect(await perform(notice)).toBeNull();
  expect(await outcome(notice, { refusal: 'closed' })).toEqual(['failed', 'ledger_refused']);
});

describe('an outcome', () => {
  const intent = { effectId: 'e-1', idempotencyKey: KEY, journalId: 'j-1', skip: false };
  test('has no journal where the ledger has none', () => {
    expect(outcomeOf(payout, intent, paid, NOW, false).journalId).toBeNull();
    expect(outcomeOf(payout, intent, saying('failed'), NOW, true)).toMatchObject({
      providerId: null,
      message: 'as it said',
      journalId: 'j-1',
      settlement: null,
    });
  });

  test.each<[string, Performed, string | null]>([
    ['on its way', paid, 'in_transit'],
    ['arrived', { ...paid, settlement: 'settled' } as Performed, 'settled'],
    ['of what moves no money', { status: 'succeeded', providerId: 'x' }, null],
    ['come back', returned, 'returned'],
    ['never paid', saying('failed'), null],
  ])('says where its money is: %s', (_, performed, state) => {
    expect(settlementOf(performed, NOW)).toEqual(state === null ? null : { state, at: NOW });
  });
});
