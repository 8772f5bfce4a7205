import type { Stored } from './database.ts';

type Fetch = (paths: readonly string[]) => Promise<(Stored | null)[]>;

/**
 * Single reads that are asked for in one go, before their caller waits for anything, go to the server as one: a round
 * trip costs far more than a document. The same path in one batch is read once.
 */
export function batchedReader(fetch: Fetch): (path: string) => Promise<Stored | null> {
  let open: { readonly places: Map<string, number>; readonly stored: Promise<(Stored | null)[]> } | null = null;
  return async (path) => {
    const { places, stored } = (open ??= begin());
    const place = places.get(path) ?? places.size;
    places.set(path, place);
    return (await stored)[place] ?? null;
  };

  function begin(): NonNullable<typeof open> {
    const places = new Map<string, number>();
    const stored = new Promise<void>(queueMicrotask).then(() => {
      open = null;
      return fetch([...places.keys()]);
    });
    return { places, stored };
  }
}

/** Within a transaction a document does not change: what was read once is not read again. */
export function rememberingReader(get: (path: string) => Promise<Stored | null>): typeof get {
  const known = new Map<string, Promise<Stored | null>>();
  return (path) => {
    const reading = known.get(path) ?? get(path);
    known.set(path, reading);
    return reading;
  };
}
