import { executionVersion } from '@countersign/domain/audit/event';
import { digestOf } from '@countersign/domain/hash';
import type { AuditEventBody } from '@countersign/domain/schemas/audit';
import { beforeEach, expect, test } from 'vitest';
import { ALPHA, csvOf, ORG, World } from '../../engine/testing/world.ts';
import { refs } from '../../refs.ts';
import { read } from '../../store/database.ts';
import { Findings } from './findings.ts';
import { OutcomeHistory } from './outcome-history.ts';

let world: World;
let executionId: string;

beforeEach(async () => {
  world = await World.open();
  executionId = (await world.payOut(csvOf([['inv-1', ALPHA, '5.00', 'USD']]))).id;
});

const event = (version: number | null, root: string): AuditEventBody => ({
  id: `e-${version}`,
  type: version === null ? 'execution.page_settled' : 'execution.payout_settled',
  at: '2026-11-22T10:00:00.000Z',
  actor: { kind: 'system', part: 'engine' },
  executionId,
  subjects: version === null ? [] : [{ path: `executions/${executionId}`, version, contentHash: '0'.repeat(64) }],
  data: version === null ? { page: '1', outcomesRoot: root } : { 'outcomesRoot.0': root },
  commitments: {},
});

test('of two events that changed a page, the later one is told by the run’s version, not by the place in the log', async () => {
  const execution = await world.execution(executionId);
  const page = await read(world.db, refs.outcome(ORG, executionId, execution.plan?.attempt ?? 0, 0));
  const right = digestOf('countersign/page-outcomes', 1, { index: 0, outcomes: page?.outcomes ?? [] });
  const found = async (...noted: [seq: number, body: AuditEventBody][]): Promise<readonly string[]> => {
    const history = new OutcomeHistory();
    for (const [seq, body] of noted) history.note(seq, body);
    const findings = new Findings();
    await history.check(world.db, ORG, false, findings);
    return findings.kept.map(({ message }) => message);
  };
  const settled = event(null, 'before');
  expect(await found([1, settled], [2, event(7, right)], [3, event(6, 'between')])).toEqual([]);
  expect(await found([1, settled], [2, event(6, right)], [3, event(7, 'later')])).toHaveLength(1);
  expect(await found([1, event(6, right)], [2, settled])).toEqual([]);
  expect([executionVersion(settled), executionVersion(event(7, right))]).toEqual([0, 7]);
});
