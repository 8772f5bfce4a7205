import { expect, test } from 'vitest';
import { leafHash } from './merkle.ts';
import { formatTlogProof } from './tlog-proof.ts';

test('the text is that of the format, and a tree of one leaf needs no hashes', () => {
  const [one, two] = [leafHash('one'), leafHash('two')];
  const note = 'example.com/log\n3\nroot\n\n\u2014 example.com/log signature\n';
  const base64 = (hash: string): string => Buffer.from(hash, 'hex').toString('base64');
  expect(formatTlogProof(2, [one, two], note)).toBe(
    `c2sp.org/tlog-proof@v1\nindex 2\n${base64(one)}\n${base64(two)}\n\n${note}`,
  );
  expect(formatTlogProof(0, [], note)).toBe(`c2sp.org/tlog-proof@v1\nindex 0\n\n${note}`);
});
