/** Messages that one call of `markNotificationsRead` takes. */
const PER_CALL = 100;

/** Ids, each once, in parts that one call takes; none when there are none. */
export function batches(ids: readonly string[]): string[][] {
  const once = [...new Set(ids)];
  return Array.from({ length: Math.ceil(once.length / PER_CALL) }, (_, at) =>
    once.slice(at * PER_CALL, (at + 1) * PER_CALL),
  );
}
