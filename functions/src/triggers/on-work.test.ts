import functionsTest from 'firebase-functions-test';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { onWork } from './on-work.ts';

const wake = vi.fn<(orgId: string, workId: string) => Promise<void>>(async () => undefined);
vi.mock('../runtime.ts', () => ({ runtime: () => ({ wake }) }));

const tools = functionsTest({ projectId: 'demo-triggers' });
const wrapped = tools.wrap(onWork);
const PATH = 'orgs/acme/work/execution-1';
beforeEach(() => void wake.mockClear());
afterAll(() => tools.cleanup());

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** The trigger, told of one write: each side is the document's fields, or null where there was none. */
async function written(
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
): Promise<unknown> {
  const snapshot = (fields: Record<string, unknown> | null) => tools.firestore.makeDocumentSnapshot(fields ?? {}, PATH);
  await wrapped({
    data: tools.makeChange(snapshot(before), snapshot(after)),
    params: { orgId: 'acme', workId: 'execution-1' },
  } as Parameters<typeof wrapped>[0]);
  return wake.mock.calls;
}

const past = inMs(-5_000);
test.each([
  ['new work that is due', null, { nextAt: past, token: 0 }],
  ['work that becomes due', { nextAt: null, token: 1 }, { nextAt: past, token: 1 }],
  ['work that becomes due again', { nextAt: inMs(-9_000), token: 1 }, { nextAt: past, token: 1 }],
  ['work that was due later', { nextAt: inMs(3_600_000), token: 1 }, { nextAt: past, token: 1 }],
  ['work that is due by a clock a little ahead', null, { nextAt: inMs(500), token: 0 }],
])('%s: a task', async (_, before, after) => {
  expect(await written(before, after)).toEqual([['acme', 'execution-1']]);
});

test.each([
  [
    'a lease that is taken or renewed, due again when it ends',
    { nextAt: past, token: 1 },
    { nextAt: inMs(60_000), token: 2 },
  ],
  [
    'a change of something else',
    { nextAt: past, token: 1, lease: null },
    { nextAt: past, token: 1, lease: { owner: 'x' } },
  ],
  ['work that is done', { nextAt: past, token: 1 }, { nextAt: null, token: 1 }],
  [
    'work that its worker gives back, due at once: it goes on itself',
    { nextAt: inMs(60_000), token: 1, lease: { owner: 'x' } },
    { nextAt: past, token: 1, lease: null },
  ],
  ['work that is deleted', { nextAt: past, token: 1 }, null],
])('%s: no task', async (_, before, after) => {
  expect(await written(before, after)).toEqual([]);
});

test('a queue that does not take the task does not lose the event: it is delivered again', async () => {
  wake.mockRejectedValueOnce(new Error('no queue'));
  await expect(written(null, { nextAt: past })).rejects.toThrow('no queue');
});
