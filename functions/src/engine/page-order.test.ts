import { expect, test } from 'vitest';
import { PageOrder } from './page-order.ts';

/** Pages that end when they are told to. */
function pagesOf(levels: readonly number[]) {
  const order = new PageOrder(levels);
  const begun: number[] = [];
  const ends = new Map<number, (kind: string | Error) => void>();
  const start = (index: number): Promise<{ readonly kind: string } | 'abandoned'> =>
    order.inTurn(index, async () => {
      begun.push(index);
      return new Promise((resolve, reject) => {
        ends.set(index, (kind) => (typeof kind === 'string' ? resolve({ kind }) : reject(kind)));
      });
    });
  const end = async (index: number, kind: string | Error = 'settled'): Promise<void> => {
    ends.get(index)?.(kind);
    await passed();
  };
  return { start, end, begun };
}
const passed = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('pages of one depth run side by side; those of the next begin when all before them are settled', async () => {
  const pages = pagesOf([0, 2, 3]);
  const ended = [0, 1, 2, 3, 4].map(pages.start);
  await passed();
  expect(pages.begun).toEqual([0, 1]);
  await pages.end(1);
  expect(pages.begun).toEqual([0, 1]);
  await pages.end(0);
  expect(pages.begun).toEqual([0, 1, 2]);
  await pages.end(2);
  expect(pages.begun).toEqual([0, 1, 2, 3, 4]);
  await pages.end(3);
  await pages.end(4);
  expect(await Promise.all(ended)).toEqual(Array.from({ length: 5 }, () => ({ kind: 'settled' })));
});

test('without levels all run at once', async () => {
  const pages = pagesOf([]);
  void [0, 1].map(pages.start);
  await passed();
  expect(pages.begun).toEqual([0, 1]);
});

test.each(['halted', 'drifted'])(
  'after a page that is %s, those that need it are abandoned, and those below them',
  async (kind) => {
    const pages = pagesOf([0, 2, 3]);
    const ended = [0, 1, 2, 3].map(pages.start);
    await passed();
    await pages.end(0, kind);
    await pages.end(1);
    expect(await Promise.all(ended)).toEqual([{ kind }, { kind: 'settled' }, 'abandoned', 'abandoned']);
    expect(pages.begun).toEqual([0, 1]);
  },
);

test('a page that breaks down lets nothing begin that needs it', async () => {
  const pages = pagesOf([0, 1]);
  const [first, second] = [pages.start(0), pages.start(1)];
  const failure = first.catch((error: unknown) => error);
  await passed();
  await pages.end(0, new Error('gone'));
  expect(await failure).toEqual(new Error('gone'));
  expect(await second).toBe('abandoned');
});
