import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { checkPackFile } from './check.ts';

test('a pack that does not hold can not write over what is said of it', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'pack-')), 'pack.jsonl');
  const subject = { executionId: '\u001b[2J\u202eAll of it holds.\u2028', kind: 'execution' };
  const manifest = { format: 'countersign-evidence', organization: 'acme\u001b[1A', personal: false, publicKey: 'x' };
  writeFileSync(file, `${JSON.stringify({ ...manifest, record: 'manifest', subject, version: 1 })}\n`);
  const said: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
  expect(await checkPackFile(file, {})).toBe(1);
  log.mockRestore();
  expect(said[0]).toBe('Pack: run \\u{1b}[2J\\u{202e}All of it holds.\\u{2028} of acme\\u{1b}[1A');
  expect(said.join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});
