import { createHash, randomUUID } from 'node:crypto';
import type { Execution } from '@countersign/domain/schemas/execution';
import { pageSchema } from '@countersign/domain/schemas/effect';
import { fileSchema } from '@countersign/domain/schemas/file';
import { objectPaths, paths } from '@countersign/domain/paths';
import { collection, getDocs, getFirestore, limit, query, where, type QueryConstraint } from 'firebase/firestore';
import { getBytes, getStorage, ref } from 'firebase/storage';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RECIPE, salesCsv, type Truth } from '../../scripts/bench/csv/sales.ts';
import type { DemoClient } from '../../scripts/demo/client.ts';
import { sharedPlatform } from '../../scripts/testing/shared-platform.ts';
import { Members } from '../support/members.ts';

const info = sharedPlatform();
const organizationId = info.organizationId ?? '';
const members = new Members({ ...info, organizationId });
const ROWS = 20_000;
const LIMIT_MS = 120_000;

let operator: DemoClient;
let approver: DemoClient;
beforeAll(async () => {
  [operator, approver] = await Promise.all([members.as('operator'), members.as('approver')]);
});
afterAll(() => members.close());

/** A generated file, and what is known of it. */
function sales(seed: number): { text: string; truth: Truth } {
  const pieces = salesCsv(seed, ROWS);
  let text = '';
  for (;;) {
    const { done, value } = pieces.next();
    if (done === true) return { text, truth: value };
    text += value;
  }
}

const below = async (client: DemoClient, path: string, ...constraints: readonly QueryConstraint[]) =>
  (await getDocs(query(collection(getFirestore(client.app), path), ...constraints))).docs.map((document) =>
    document.data(),
  );

const ended = ({ state, report }: Execution): boolean =>
  (state === 'completed' && report !== null) || ['failed', 'needs_repair', 'drifted'].includes(state);

test(
  `${ROWS} rows go from an upload through csv-transform to a published file, and every cent of them`,
  async () => {
    const { text, truth } = sales(4_711);
    const file = await operator.upload(`sales-${randomUUID().slice(0, 8)}.csv`, new TextEncoder().encode(text));
    expect(file).toMatchObject({ status: 'ready', profile: { rowCount: ROWS, badRowCount: 0 } });

    const { executionId } = await operator.call('requestExecution', {
      operationId: 'csv-transform',
      parameters: { file: file.id, recipe: RECIPE },
    });
    const planned = await operator.execution(executionId, (one) => one.state !== 'planning', LIMIT_MS);
    expect(planned).toMatchObject({
      state: 'awaiting_approval',
      error: null,
      plan: {
        rowCount: ROWS,
        effectsByKind: [{ kind: 'file.publish', count: 1 }],
        totals: [],
        metrics: { 'Rows out': truth.paidRows.toLocaleString('en-US'), 'Control totals': 'agree' },
        tables: [{ title: 'Control totals' }, { title: 'Rows by step' }, { title: 'First rows out' }, {}],
      },
    });
    const published = () =>
      below(operator, paths.files(organizationId), where('executionId', '==', executionId), limit(20));
    expect(await published()).toEqual([]);

    await approver.call('approveExecution', { executionId, digest: planned.plan?.digest ?? '' });
    const done = await operator.execution(executionId, ended, LIMIT_MS);
    expect(done.state).toBe('completed');

    const files = (await published()).map((data) => fileSchema.parse(data));
    const result = files.find((one) => one.name === 'paid.csv');
    const [page] = await below(operator, paths.pages(organizationId, executionId), limit(5));
    const [effect] = pageSchema.parse(page).effects;
    expect(result).toMatchObject({
      status: 'ready',
      kind: 'result',
      generation: effect?.kind === 'file.publish' ? effect.data.generation : '',
    });
    const attempt = planned.plan?.attempt ?? 0;
    expect(result?.storagePath).toBe(objectPaths.draft(organizationId, executionId, attempt, 'paid.csv'));

    const bytes = new Uint8Array(await getBytes(ref(getStorage(operator.app), result?.storagePath)));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(result?.sha256);
    const net = new TextDecoder()
      .decode(bytes)
      .split('\r\n')
      .slice(1, -1)
      .map((line) => BigInt(/,([0-9]+)\.([0-9]{2}),USD,/.exec(line)?.slice(1).join('') ?? 'none'));
    expect(net.length).toBe(truth.paidRows);
    expect(net.reduce((sum, one) => sum + one, 0n)).toBe(truth.paidAmountCents - truth.paidFeeCents);
  },
  LIMIT_MS * 3,
);

test('a recipe that can not be followed ends the plan with its step and a remedy', async () => {
  const file = await operator.upload(`small-${randomUUID().slice(0, 8)}.csv`, new TextEncoder().encode('a,b\n1,2\n'));
  const { executionId } = await operator.call('requestExecution', {
    operationId: 'csv-transform',
    parameters: { file: file.id, recipe: '{"steps": [{"do": "sum"}]}' },
  });
  const failed = await operator.execution(executionId, (one) => one.state !== 'planning', LIMIT_MS);
  expect(failed).toMatchObject({
    state: 'failed',
    plan: null,
    error: { message: expect.stringContaining('Step 1 has "sum" as "do"') },
  });
});
