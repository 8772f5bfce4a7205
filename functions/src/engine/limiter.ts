import pLimit from 'p-limit';

/** Run `work` over `items`, at most `atOnce` at a time; results in the order of the items. Waits for all, then throws the first error. */
export async function mapLimited<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const limit = pLimit(atOnce);
  const settled = await Promise.allSettled(items.map((item, index) => limit(() => work(item, index))));
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
