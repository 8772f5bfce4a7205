import type { z } from 'zod';
import type { Database, Stored } from '../../store/database.ts';
import type { Findings } from './findings.ts';

const PAGE = 500;
/** A hundred million documents: a bound for a loop, not for an organization. */
const MAX_PAGES = 200_000;

/** All documents of a collection, by id. */
export async function* readPages(db: Database, collection: string): AsyncGenerator<Stored> {
  let last: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const docs = await db.query({
      collection,
      orderBy: [['__name__', 'asc']],
      limit: PAGE,
      ...(last === undefined ? {} : { startAfter: [last] }),
    });
    yield* docs;
    if (docs.length < PAGE) return;
    last = idOf((docs.at(-1) as Stored).path);
  }
}

/** The same, parsed; what has not the shape of its kind is found, and left out. */
export async function* readParsed<T>(
  db: Database,
  collection: string,
  schema: z.ZodType<T>,
  findings: Findings,
): AsyncGenerator<{ id: string; path: string; data: T }> {
  for await (const { path, data } of readPages(db, collection)) {
    const parsed = schema.safeParse(data);
    if (parsed.success) yield { id: idOf(path), path, data: parsed.data };
    else
      findings.add(
        'shape',
        path,
        `is not as such a document must be: ${parsed.error.issues[0]?.path.join('.') ?? ''} ${parsed.error.issues[0]?.message ?? ''}`,
      );
  }
}

export const idOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
