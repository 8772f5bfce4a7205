import type { Database, Write } from '../store/database.ts';

export interface BatchInput {
  readonly db: Database;
  readonly orgId: string;
  /** Leaves in the stream so far. */
  readonly size: number;
  /** What `parse` returned, of all inbox documents in order. */
  readonly intents: readonly { readonly id: string }[];
  /** ISO instant: the recorded time. */
  readonly at: string;
  /** Look up every id that should be new, to tell a repetition from a first time. */
  readonly careful: boolean;
  /** What `decide` returned with the batch before, if the stream still stands where that left it. */
  readonly cache: unknown;
}

export interface Decided {
  /** Texts of the new leaves, in order. */
  readonly leaves: readonly string[];
  readonly writes: readonly Write[];
  /** By index into `intents`. */
  readonly refusals: readonly {
    readonly index: number;
    readonly code: string;
    readonly message: string;
    readonly details?: Readonly<Record<string, string>>;
  }[];
  /** Something was accepted, but otherwise than asked for. */
  readonly diverted: boolean;
  readonly cache: unknown;
}

/** What differs between the streams: what an intent is, and what becomes of a batch of them. */
export interface StreamKind {
  /** The intents of an inbox document's text; null when they are none. */
  parse(text: string): readonly { readonly id: string }[] | null;
  /** Loads what the batch needs and decides it in a pure function. */
  decide(input: BatchInput): Promise<Decided>;
}

/** Parse a JSON array with a check for each item; null when anything about it is wrong. */
export function parseItems<T>(
  text: string,
  parse: (item: unknown) => { success: true; data: T } | { success: false },
): T[] | null {
  let items: unknown;
  try {
    items = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(items)) return null;
  const parsed: T[] = [];
  for (const item of items) {
    const result = parse(item);
    if (!result.success) return null;
    parsed.push(result.data);
  }
  return parsed;
}
