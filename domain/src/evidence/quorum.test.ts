import { expect, test } from 'vitest';
import { witnessKey } from '../audit/cosignature.ts';
import { parseWitnessPolicy, policyOfKeys } from '../audit/witness-policy.ts';
import { withQuorum } from './quorum.ts';

const keyOf = (name: string, fill: number): string => witnessKey({ name, publicKey: new Uint8Array(32).fill(fill) });
const KEYS = [keyOf('north.example/w', 1), keyOf('south.example/w', 2)];
const report = (audit: string[], ledger: string[]) => ({
  ok: true,
  findings: [],
  findingCount: 0,
  checkpoints: [
    { stream: 'audit', witnesses: audit },
    { stream: 'ledger', witnesses: ledger },
  ],
});

test('as many as are asked for leave a report as it is', () => {
  const given = report(['north.example/w', 'south.example/w'], ['south.example/w']);
  expect(withQuorum(given, policyOfKeys(KEYS, 1))).toBe(given);
  expect(withQuorum(report([], []), policyOfKeys(KEYS, 0))).toEqual(report([], []));
});

test('too few on either checkpoint is a finding, whatever else holds', () => {
  const found = withQuorum(report(['north.example/w', 'south.example/w'], ['south.example/w']), policyOfKeys(KEYS, 2));
  expect(found).toMatchObject({ ok: false, findingCount: 1 });
  expect(found.findings).toEqual([
    {
      rule: 'checkpoint',
      where: 'checkpoint of the ledger log',
      message: 'needs the cosignatures of 2 of (north.example/w, south.example/w), and has that of south.example/w',
    },
  ]);
  expect(withQuorum(report([], []), policyOfKeys(KEYS, 1)).findingCount).toBe(2);
});

test('a policy counts its witnesses by the names of their keys', () => {
  const policy = parseWitnessPolicy(`witness N ${KEYS[0]}\nwitness S ${KEYS[1]}\ngroup g any N S\nquorum g\n`);
  expect(withQuorum(report(['north.example/w'], ['south.example/w']), policy).ok).toBe(true);
  expect(withQuorum(report(['N'], ['S']), policy).ok).toBe(false);
});
