import { runtime } from '../../functions/src/runtime.ts';
import { folderCatalogue } from '../../functions/src/engine/catalogue.ts';
import type { Deps } from '../../functions/src/engine/deps.ts';

/** The platform's own parts in a script's process: the emulators come from the environment, the plugins from the build. */
export function localDeps(): Deps {
  return { ...runtime(), catalogue: folderCatalogue(new URL('../../functions/lib/plugins/', import.meta.url)) };
}
