import { describe, expect, it } from 'vitest';
import { ALPHA, BRAVO, csvOf, World } from '../engine/testing/world.ts';
import { packOf, verifyText } from './testing/packs.ts';

const FILE = csvOf([
  ['inv-1', ALPHA, '120.00', 'USD'],
  ['inv-2', BRAVO, '80.50', 'USD'],
  ['inv-3', ALPHA, '30.00', 'EUR'],
]);

describe('the evidence pack of a run', () => {
  it('holds, by itself', async () => {
    const world = await World.open();
    const run = await world.payOut(FILE);
    const pack = await packOf(world, { kind: 'execution', executionId: run.id });
    const report = await verifyText(pack);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ ok: true, counts: { executions: 1, effects: 3, journals: 3, opened: 0 } });
    expect(report.unknown.join(' ')).toContain('--public-key');
  });

  it('of a period holds as well', async () => {
    const world = await World.open();
    await world.payOut(FILE);
    const pack = await packOf(world, { kind: 'period', from: '2026-11-22', to: '2026-11-22' });
    const report = await verifyText(pack);
    expect(report.findings).toEqual([]);
    expect(report.period.map(({ stream, hashed }) => [stream, hashed])).toEqual([
      ['audit', 0],
      ['ledger', 0],
    ]);
  });
});
