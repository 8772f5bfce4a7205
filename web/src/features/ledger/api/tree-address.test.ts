import { expect, test } from 'vitest';
import { EVERYTHING_OPEN, isOpen, readOpen, toggled } from './tree-address.ts';

test('what is opened stands in the address, and closing it takes it out', () => {
  const none = readOpen(null);
  expect(isOpen(none, 'assets')).toBe(false);
  const one = readOpen(toggled(none, 'assets'));
  expect(isOpen(one, 'assets')).toBe(true);
  const two = toggled(one, 'cash');
  expect(two).toBe('assets,cash');
  expect(toggled(readOpen(two), 'assets')).toBe('cash');
});

test('of all that are open, one can be closed and opened again', () => {
  const all = readOpen(EVERYTHING_OPEN);
  expect(isOpen(all, 'anything')).toBe(true);
  const but = toggled(all, 'cash');
  expect(but).toBe('all,!cash');
  expect(isOpen(readOpen(but), 'cash')).toBe(false);
  expect(isOpen(readOpen(but), 'assets')).toBe(true);
  expect(toggled(readOpen(but), 'cash')).toBe(EVERYTHING_OPEN);
});

test('the address stays short: what was opened first is forgotten first', () => {
  let text = '';
  for (let index = 0; index < 100; index += 1) text = toggled(readOpen(text), `account-${index}`);
  const open = readOpen(text);
  expect(open.ids.size).toBe(80);
  expect(isOpen(open, 'account-99')).toBe(true);
  expect(isOpen(open, 'account-19')).toBe(false);
});
