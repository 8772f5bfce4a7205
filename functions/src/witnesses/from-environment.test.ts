import { afterEach, expect, test, vi } from 'vitest';
import { standInPolicy } from '../../../scripts/local/witness/policy.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { witnessesFromEnvironment } from './from-environment.ts';

afterEach(() => vi.unstubAllEnvs());
const named = (text: string) => {
  vi.stubEnv('CHECKPOINT_WITNESS_POLICY', text);
  return witnessesFromEnvironment();
};

test('the policy of the local platform is one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'policy-'));
  try {
    const policy = named(await standInPolicy(folder, 4611))?.policy;
    expect(policy?.witnesses).toMatchObject([{ alias: 'stand-in', url: 'http://127.0.0.1:4611' }]);
    expect(policy?.quorum).toEqual({ kind: 'witness', alias: 'stand-in' });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('none is nobody, and a broken one is not taken for none', () => {
  expect(named('')).toBeUndefined();
  expect(named(' \n')).toBeUndefined();
  expect(() => named('witness a b; quorum a')).toThrow(/CHECKPOINT_WITNESS_POLICY: Line 1/);
  expect(() => named('quorum none; nonsense')).toThrow(expect.objectContaining({ code: 'failed_precondition' }));
});
