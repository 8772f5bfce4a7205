import { AppError } from '@countersign/domain/errors';
import indexes from '../../../firestore.indexes.json' with { type: 'json' };
import type { Query } from './database.ts';
import { missingIndex, type IndexFile } from './required-index.ts';

/**
 * The local Firestore answers any query; the real one refuses those without an index. So, locally, a query that
 * `firestore.indexes.json` does not provide for is an error. In the cloud this does nothing.
 * @throws AppError `internal`, with the JSON to add
 */
export function assertIndexed(query: Query): void {
  if (process.env['FIRESTORE_EMULATOR_HOST'] === undefined) return;
  const missing = missingIndex(query, indexes as unknown as IndexFile);
  if (missing === null) return;
  throw new AppError(
    'internal',
    `A query of ${query.collection} needs an index; add to firestore.indexes.json: ${JSON.stringify(missing)}`,
    { details: { missing } },
  );
}
