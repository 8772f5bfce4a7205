import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { accessMatrix } from './access-matrix.ts';

it('docs/security/access-matrix.md is what the table says; if not: node tests/rules/write-access-matrix.ts', () => {
  expect(readFileSync(new URL('../../docs/security/access-matrix.md', import.meta.url), 'utf8')).toBe(accessMatrix());
});
