import { expect, test } from 'vitest';
import { assertWithinLimits, documentBytes, MAX_COMMIT_BYTES, MAX_DOCUMENT_BYTES } from './limits.ts';

const set = (bytes: number, path = 'orgs/acme/x/y') => ({
  op: 'set' as const,
  path,
  data: { text: 'x'.repeat(bytes) },
});

test.each<[string, Record<string, unknown>, number]>([
  ['null and booleans are 1', { a: null, b: true }, 6],
  ['numbers are 8', { a: 1.5 }, 10],
  ['text is its UTF-8 and 1', { a: 'é€😀' }, 2 + 2 + 3 + 4 + 1],
  ['a list is its items', { a: ['x', 'y'] }, 6],
  ['a map is 32 and its fields', { a: { b: null } }, 2 + 32 + 3],
])('%s', (_, data, bytes) => {
  // 32 for the document, the path, and its 64.
  expect(documentBytes('p', data)).toBeGreaterThanOrEqual(32 + bytes);
  expect(documentBytes('p', data)).toBeLessThan(32 + bytes + 80);
});

test('a document over its limit is refused here, not by the cloud', () => {
  expect(() => assertWithinLimits([set(MAX_DOCUMENT_BYTES - 500)])).not.toThrow();
  expect(() => assertWithinLimits([set(MAX_DOCUMENT_BYTES)])).toThrow(
    expect.objectContaining({ code: 'limit_exceeded', details: { path: 'orgs/acme/x/y' } }),
  );
});

test('a commit over its limit is refused, though each document is within its own', () => {
  const each = 850_000;
  const most = Math.floor(MAX_COMMIT_BYTES / (each + 500));
  const writes = (count: number) => Array.from({ length: count }, (_, index) => set(each, `orgs/acme/x/${index}`));
  expect(() => assertWithinLimits(writes(most))).not.toThrow();
  expect(() => assertWithinLimits(writes(most + 2))).toThrow(expect.objectContaining({ code: 'limit_exceeded' }));
});

test('what can not be stored is found before it is sent', () => {
  expect(() => documentBytes('p', { a: undefined })).toThrow(/undefined/);
  expect(() => documentBytes('p', { a: 5n })).toThrow(/bigint/);
});
