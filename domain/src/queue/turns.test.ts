import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { QueueEntry } from '../schemas/queue.ts';
import { comesBefore, shareAccount, startable, turnOf, type Gates } from './turns.ts';

const entry = (ticket: number, fields: Partial<QueueEntry> = {}): QueueEntry => ({
  ticket,
  executionId: `e-${ticket}`,
  operationId: 'pay',
  attempt: 1,
  approvedAt: `2026-11-22T09:00:${String(ticket).padStart(2, '0')}.000Z`,
  state: 'waiting',
  payees: 1,
  shares: [],
  ...fields,
});
const gates = (
  fields: Partial<Record<string, { paused?: boolean; maxRunning?: number }>> = {},
  stopped = false,
): Gates => ({
  stopped,
  operations: new Map(['pay', 'move', 'read'].map((id) => [id, { paused: false, maxRunning: 1, ...fields[id] }])),
});
const ids = (entries: readonly QueueEntry[]): number[] => entries.map(({ ticket }) => ticket);

describe('whose turn it is', () => {
  it('is the first that was approved, not the first that came', () => {
    const entries = [entry(5), entry(2), entry(9)];
    expect(ids(startable(entries, gates()))).toEqual([2]);
    expect(turnOf(entry(5), entries, gates())).toMatchObject({ may: false, reason: 'operation_limit', ahead: 1 });
    expect(turnOf(entry(9), entries, gates())).toMatchObject({ ahead: 2, behind: [] });
  });

  it('is as many as the operation allows', () => {
    const entries = [entry(1, { state: 'running' }), entry(2), entry(3)];
    expect(ids(startable(entries, gates({ pay: { maxRunning: 2 } })))).toEqual([2]);
    expect(startable(entries, gates())).toEqual([]);
  });

  it('is not that of who shares an account with what runs, or with who waits before it', () => {
    const entries = [
      entry(1, { state: 'running' }),
      entry(2, { operationId: 'move', shares: [1] }),
      entry(3, { operationId: 'read', shares: [2] }),
      entry(4, { operationId: 'read', approvedAt: '2026-11-22T09:00:59.000Z' }),
    ];
    const roomy = gates({ read: { maxRunning: 3 } });
    expect(turnOf(entry(2, entries[1]), entries, roomy)).toMatchObject({ reason: 'account_busy', ahead: 1 });
    expect(turnOf(entry(3, entries[2]), entries, roomy)).toMatchObject({
      reason: 'account_busy',
      ahead: 1,
      behind: [],
    });
    expect(ids(startable(entries, roomy))).toEqual([4]);
  });

  it('keeps a place in the operation for who waits for an account', () => {
    const entries = [
      entry(1, { operationId: 'move', state: 'running' }),
      entry(2, { shares: [1] }),
      entry(3),
      entry(4),
    ];
    expect(ids(startable(entries, gates({ pay: { maxRunning: 2 } })))).toEqual([3]);
  });

  it('overtakes what is paused, and is not overtaken again by it', () => {
    const entries = [entry(1), entry(2, { operationId: 'move', shares: [1] })];
    expect(ids(startable(entries, gates({ pay: { paused: true } })))).toEqual([2]);
    const running = [entry(1), entry(2, { operationId: 'move', shares: [1], state: 'running' })];
    expect(turnOf(entry(1), running, gates())).toMatchObject({ reason: 'account_busy', ahead: 1 });
  });

  it("is nobody's while the organization is stopped", () => {
    expect(startable([entry(1)], gates({}, true))).toEqual([]);
    expect(turnOf(entry(1), [entry(1)], gates({}, true))).toMatchObject({ reason: 'organization_stopped', ahead: 0 });
  });

  it("is nobody's in an operation that is not there", () => {
    expect(turnOf(entry(1, { operationId: 'gone' }), [], gates())).toMatchObject({ reason: 'operation_paused' });
  });
});

describe('the order', () => {
  it('is that of approval, and for the same moment that of the ids, whichever is asked first', () => {
    const [one, other] = [entry(1), entry(2)];
    const same = entry(3, { approvedAt: one.approvedAt });
    expect([comesBefore(one, other), comesBefore(other, one)]).toEqual([true, false]);
    expect([comesBefore(one, same), comesBefore(same, one)]).toEqual([true, false]);
    expect(comesBefore(one, one)).toBe(false);
  });

  it('is kept by those that may begin together', () => {
    const roomy = gates({ pay: { maxRunning: 3 } });
    expect(ids(startable([entry(5), entry(9), entry(2)], roomy))).toEqual([2, 5, 9]);
  });

  it('tells apart who runs from who waits', () => {
    const entries = [entry(1, { state: 'running' }), entry(2), entry(3)];
    expect(turnOf(entry(3), entries, gates())).toMatchObject({ ahead: 2, behind: [entries[0]] });
  });

  it('does not count an entry before itself', () => {
    const running = entry(1, { state: 'running' });
    expect(turnOf(running, [running], gates())).toEqual({ may: true });
  });
});

const OPERATIONS = ['pay', 'move', 'read'];
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('come' as const),
      operation: fc.constantFrom(...OPERATIONS),
      accounts: fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
      /** Others may have been approved before it, and come after it. */
      earlier: fc.integer({ min: 0, max: 2 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('end' as const, 'cancel' as const), at: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), operation: fc.constantFrom(...OPERATIONS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stop' as const) }) },
);

test('random arrivals, ends, cancellations and pauses: no limit is passed, nobody is overtaken, and in the end everybody has had a turn', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 3 }), (steps, maxRunning) => {
      const accountsOf = new Map<number, readonly number[]>();
      let entries: QueueEntry[] = [];
      let tickets = 0;
      const paused = new Set<string>();
      let stopped = false;
      const gatesNow = (): Gates => ({
        stopped,
        operations: new Map(OPERATIONS.map((id) => [id, { paused: paused.has(id), maxRunning }])),
      });
      const begin = (): void => {
        const begun = startable(entries, gatesNow());
        for (const one of begun) {
          const overtaken = entries.filter(
            (other) =>
              other.state === 'waiting' &&
              !begun.includes(other) &&
              other.approvedAt < one.approvedAt &&
              !paused.has(other.operationId) &&
              shareAccount(one, other),
          );
          expect(overtaken).toEqual([]);
        }
        entries = entries.map((one) => (begun.includes(one) ? { ...one, state: 'running' } : one));
        const running = entries.filter((one) => one.state === 'running');
        for (const id of OPERATIONS)
          expect(running.filter((one) => one.operationId === id).length).toBeLessThanOrEqual(maxRunning);
        const held = running.flatMap((one) => accountsOf.get(one.ticket) ?? []);
        expect(new Set(held).size).toBe(held.length);
      };
      const act = (one: (typeof steps)[number]): void => {
        if (one.do === 'come') {
          tickets += 1;
          accountsOf.set(tickets, one.accounts);
          const shares = entries
            .filter((other) => accountsOf.get(other.ticket)?.some((account) => one.accounts.includes(account)))
            .map(({ ticket }) => ticket);
          const at = new Date(Date.UTC(2026, 10, 22) + (tickets - one.earlier) * 1000 + tickets).toISOString();
          entries.push(entry(tickets, { operationId: one.operation, approvedAt: at, shares }));
        } else if (one.do === 'pause') {
          if (!paused.delete(one.operation)) paused.add(one.operation);
        } else if (one.do === 'stop') stopped = !stopped;
        else {
          const ending = entries.filter((other) => (other.state === 'running') === (one.do === 'end'));
          const gone = ending[one.at % Math.max(1, ending.length)];
          entries = entries.filter((other) => other !== gone);
        }
        begin();
      };
      for (const one of steps) act(one);
      paused.clear();
      stopped = false;
      for (let round = 0; round <= tickets; round += 1) {
        begin();
        entries = entries.filter((one) => one.state !== 'running');
      }
      expect(entries).toEqual([]);
    }),
    { numRuns: 500, seed: 20_261_122 },
  );
});
