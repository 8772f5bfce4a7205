import type { Database } from '../../../functions/src/store/database.ts';
import type { Scheduler } from './scheduler.ts';
import { inReality, inSimulation } from './virtual-time.ts';

/** A real store, seen from a simulated world: its calls take real time, while everybody else stands still. */
export function throughReality(db: Database, scheduler: Scheduler): Database {
  const outside = <T>(call: () => Promise<T>): Promise<T> => scheduler.outside(() => inReality(call));
  const inside = <T>(call: () => Promise<T>): Promise<T> => scheduler.inside(() => inSimulation(call));
  return {
    get: (path) => outside(() => db.get(path)),
    getAll: (paths) => outside(() => db.getAll(paths)),
    query: (query) => outside(() => db.query(query)),
    commit: (writes) => outside(() => db.commit(writes)),
    transaction: (decide) =>
      outside(() =>
        db.transaction((tx) =>
          inside(() =>
            decide({
              get: (path) => outside(() => tx.get(path)),
              getAll: (paths) => outside(() => tx.getAll(paths)),
              query: (query) => outside(() => tx.query(query)),
              write: (...writes) => tx.write(...writes),
            }),
          ),
        ),
      ),
  };
}
