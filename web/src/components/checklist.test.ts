import { expect, test } from 'vitest';
import { readChecklist } from './checklist.ts';

test('a checklist from the sentences of a proposal', () => {
  expect(readChecklist(['Done: all is zero', 'Open: 3 alerts are open', 'Entries are accepted again.'])).toEqual({
    open: ['3 alerts are open'],
    done: ['All is zero'],
    other: ['Entries are accepted again.'],
  });
});
