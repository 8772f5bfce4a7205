import { testPlugin } from '@countersign/plugin-sdk/test-kit';
import { expect, it } from 'vitest';
import journalImport from '../../plugins/journal-import/src/index.ts';
import { CHART } from '../organization/chart.ts';
import { sampleJournals } from './sample-journals.ts';

const ledger = Object.fromEntries(CHART.map(({ id, name, type, postable }) => [id, { name, type, postable }]));

it('every journal of the sample can be posted to the chart that an organization begins with', async () => {
  const file = sampleJournals(2026, 200);
  expect(sampleJournals(2026, 200)).toBe(file);
  expect(sampleJournals(2027, 200)).not.toBe(file);
  const proposal = await testPlugin(journalImport, { files: { file }, params: { file: 'f' }, ledger }).execute();
  expect(proposal.problems).toEqual([]);
  expect(proposal.effects).toHaveLength(200);
});
