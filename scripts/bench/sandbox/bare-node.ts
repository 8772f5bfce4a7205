/** The peer of `npm run bench -- sandbox`: runs the kernel that its parent names and says how long it took. */
import { runInThisContext } from 'node:vm';
import { KERNELS } from './kernels.ts';

const kernels = new Map(
  Object.entries(KERNELS).map(([name, source]) => [name, runInThisContext(`(${source})`) as () => string]),
);

process.on('message', (name: string) => {
  const startedAtMs = performance.now();
  const checksum = kernels.get(name)?.();
  process.send?.({ ms: performance.now() - startedAtMs, checksum });
});
