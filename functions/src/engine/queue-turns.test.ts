import { AppError } from '@countersign/domain/errors';
import type { Execution } from '@countersign/domain/schemas/execution';
import { MAX_IN_QUEUE, queueSchema, type QueueEntry } from '@countersign/domain/schemas/queue';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { refs } from '../refs.ts';
import { ALPHA, csvOf, ORG, World } from './testing/world.ts';
import { askForTurn, leaveQueue, mayGoNow, stirQueue, withQueue, type QueueChange } from './queue.ts';

const NOW = '2026-11-22T10:00:00.000Z';
const OPERATION = 'stripe-payout';
const minute = (at: number): string => `2026-11-22T09:${String(at).padStart(2, '0')}:00.000Z`;
const entry = (ticket: number, fields: Partial<QueueEntry> = {}): QueueEntry => ({
  ticket,
  executionId: `e-${ticket}`,
  operationId: OPERATION,
  attempt: 1,
  approvedAt: minute(ticket),
  state: 'waiting',
  payees: 0,
  shares: [],
  ...fields,
});
/** What the queue reads of an execution that asks. */
const asking = (ticket: number): Execution =>
  ({
    id: `e-${ticket}`,
    operationId: OPERATION,
    approvedAt: minute(ticket),
    plan: { attempt: 1, payeeCount: 0 },
  }) as Execution;

let world: World;
beforeEach(async () => {
  world = await World.open();
});
const { path } = refs.queue(ORG);
const stored = async () => queueSchema.parse((await world.db.get(path))?.data);
const store = async (...entries: QueueEntry[]): Promise<unknown> =>
  world.db.commit([{ op: 'set', path, data: { nextTicket: 50, entries, updatedAt: minute(0) } }]);
const ask = async (ticket: number) => askForTurn(world.deps, ORG, asking(ticket), NOW);
const states = (entries: readonly QueueEntry[]): string[] => entries.map(({ ticket, state }) => `${ticket} ${state}`);
/** Of a change, only the queue's own write can be carried out here: the others are for work that nobody has stored. */
async function carryOut({ writes }: QueueChange): Promise<string[]> {
  await world.db.commit(writes.filter((write) => write.path === path));
  return states((await stored()).entries);
}
const setMax = async (maxRunning: number): Promise<unknown> =>
  world.command('ada', 'setMaxRunning', { operationId: OPERATION, maxRunning, reason: 'more at once' });
const pause = async (): Promise<unknown> =>
  world.command('bea', 'pauseOperation', { operationId: OPERATION, reason: 'looks odd' });
const stop = async (): Promise<unknown> => world.command('ada', 'setStop', { active: true, reason: 'wait' });

describe('asking for a turn', () => {
  test('the first begins, with a ticket of its own', async () => {
    const { turn, change } = await ask(1);
    expect([turn, change.wake]).toEqual([{ may: true }, []]);
    expect(await carryOut(change)).toEqual(['1 running']);
    expect(await stored()).toMatchObject({ nextTicket: 2, updatedAt: NOW, entries: [entry(1, { state: 'running' })] });
  });

  test('the next waits behind it, and asking again changes nothing', async () => {
    const { id: executionId } = await world.plan(csvOf([['A-1', ALPHA, '1.00', 'USD']]));
    await store(entry(1, { executionId, state: 'running' }));
    const { turn, change } = await ask(2);
    expect(turn).toMatchObject({ may: false, reason: 'operation_limit', ahead: 1 });
    expect(await carryOut(change)).toEqual(['1 running', '50 waiting']);
    expect((await stored()).nextTicket).toBe(51);
    const again = await ask(2);
    expect([again.turn, again.change]).toEqual([turn, { writes: [], wake: [] }]);
  });

  test('one that runs goes on without a write', async () => {
    await store(entry(1, { state: 'running' }), entry(2, { state: 'running' }));
    expect(await ask(2)).toEqual({ turn: { may: true }, change: { writes: [], wake: [] } });
  });

  test('one that runs gives its turn back to a pause, and wakes nobody who is paused too', async () => {
    await pause();
    await store(entry(1, { state: 'running' }), entry(2));
    const { turn, change } = await ask(1);
    expect([turn, change.wake]).toMatchObject([{ may: false, reason: 'operation_paused' }, []]);
    expect(await carryOut(change)).toEqual(['2 waiting', '1 waiting']);
  });

  test('one that runs stands still in a stop, and keeps its turn', async () => {
    await stop();
    await store(entry(1, { state: 'running' }), entry(2, { state: 'running' }));
    const { turn, change } = await ask(2);
    expect(turn).toMatchObject({ may: false, reason: 'organization_stopped', ahead: 0 });
    expect(change).toEqual({ writes: [], wake: [] });
  });

  test('who was approved earlier and comes later tells those behind it, five at the most', async () => {
    const waiting = [9, 4, 5, 6, 7, 8].map((ticket) => entry(ticket));
    await store(entry(1, { state: 'running' }), ...waiting);
    const { change } = await ask(2);
    expect(change.wake).toEqual(['e-4', 'e-5', 'e-6', 'e-7', 'e-8']);
    expect(change.writes.slice(1)).toEqual(
      change.wake.map(() => expect.objectContaining({ op: 'update', data: { nextAt: NOW } }) as unknown),
    );
    await store(entry(1, { state: 'running' }), entry(3));
    expect((await ask(5)).change.wake).toEqual([]);
  });

  test('those that have ended are in nobody’s way', async () => {
    await store(entry(1, { state: 'running' }), entry(2, { state: 'running' }));
    // None of these executions is there: whatever became of it, it does not run.
    const { turn, change } = await ask(3);
    expect(turn).toEqual({ may: true });
    expect(await carryOut(change)).toEqual(['50 running']);
  });

  test('a queue that is full takes nobody in', async () => {
    await setMax(50);
    await store(...Array.from({ length: MAX_IN_QUEUE }, (_, at) => entry(at + 100, { approvedAt: minute(1) })));
    expect(await ask(59)).toEqual({
      turn: { may: false, reason: 'operation_limit', ahead: MAX_IN_QUEUE, behind: [] },
      change: { writes: [], wake: [] },
    });
    await store(...Array.from({ length: MAX_IN_QUEUE - 1 }, (_, at) => entry(at + 100, { approvedAt: minute(1) })));
    expect((await ask(59)).change.writes).toHaveLength(1);
  });

  test('when another has written the queue meanwhile, the write does not happen', async () => {
    await store(entry(1, { state: 'running' }));
    const { change } = await ask(2);
    await store(entry(1, { state: 'running' }), entry(3));
    await expect(carryOut(change)).rejects.toMatchObject({ code: 'failed_precondition' });
  });
});

describe('leaving', () => {
  test('the next may begin, and those directly behind it hear of it', async () => {
    await store(entry(1, { state: 'running' }), entry(3), entry(2), entry(4, { operationId: 'other' }));
    const change = await leaveQueue(world.db, ORG, 'e-1', NOW);
    expect(change.wake).toEqual(['e-2', 'e-3']);
    expect(await carryOut(change)).toEqual(['3 waiting', '2 waiting', '4 waiting']);
  });

  test('those of another operation hear of it when they share an account', async () => {
    await store(entry(1, { state: 'running' }), entry(4, { operationId: 'other', shares: [1] }));
    expect((await leaveQueue(world.db, ORG, 'e-1', NOW)).wake).toEqual(['e-4']);
  });

  test('who is not in it leaves nothing', async () => {
    await store(entry(1));
    expect(await leaveQueue(world.db, ORG, 'e-9', NOW)).toEqual({ writes: [], wake: [] });
  });
});

test('a pause or a stop stirs its operation, and whoever waits', async () => {
  await store(
    entry(1, { state: 'running' }),
    entry(2, { operationId: 'other', state: 'running' }),
    entry(3, { operationId: 'other' }),
  );
  const stirred = async (operationId: string | null) => stirQueue(world.db, ORG, operationId, NOW);
  expect((await stirred(OPERATION)).wake).toEqual(['e-1', 'e-3']);
  expect((await stirred('other')).wake).toEqual(['e-2', 'e-3']);
  expect((await stirred(null)).wake).toEqual(['e-1', 'e-2', 'e-3']);
  expect((await stirred(null)).writes).toHaveLength(3);
});

test('who has just written down that it waits looks once more', async () => {
  expect(await mayGoNow(world.deps, ORG, 'e-2')).toBe(false);
  await store(entry(1, { state: 'running' }), entry(2));
  expect(await mayGoNow(world.deps, ORG, 'e-2')).toBe(false);
  expect(await mayGoNow(world.deps, ORG, 'e-9')).toBe(false);
  await store(entry(2), entry(3));
  expect(await mayGoNow(world.deps, ORG, 'e-2')).toBe(true);
  expect(await mayGoNow(world.deps, ORG, 'e-3')).toBe(false);
});

describe('a commit that writes the queue', () => {
  const meeting = (code: 'failed_precondition' | 'already_exists' | 'unavailable') => new AppError(code, 'x');
  beforeEach(() => {
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });
  const tried = async (commit: () => Promise<string>): Promise<unknown> => {
    const result = withQueue(commit).catch((error: unknown) => error);
    await vi.runAllTimersAsync();
    return result;
  };

  test.each(['failed_precondition', 'already_exists'] as const)(
    'is tried again after %s, a bounded number of times',
    async (code) => {
      const commit = vi.fn<() => Promise<string>>().mockRejectedValueOnce(meeting(code)).mockResolvedValue('done');
      expect(await tried(commit)).toBe('done');
      const error = meeting(code);
      commit.mockReset().mockRejectedValue(error);
      expect(await tried(commit)).toBe(error);
      expect(commit).toHaveBeenCalledTimes(30);
    },
  );

  test.each([meeting('unavailable'), new Error('x')])('is not after %s', async (error) => {
    const commit = vi.fn<() => Promise<string>>().mockRejectedValue(error);
    expect(await tried(commit)).toBe(error);
    expect(commit).toHaveBeenCalledTimes(1);
  });
});
