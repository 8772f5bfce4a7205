import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * The tests that the mutation check runs, all in memory: those of MUTATION_TESTS (globs with commas between), which
 * `npm run mutation` sets for the files that it mutates.
 */
export default defineConfig({
  resolve: {
    // The link in node_modules leads to the sources as they are, and no mutant of the domain would ever be met.
    alias: [
      {
        find: /^@countersign\/domain\/(.*)$/,
        replacement: `${fileURLToPath(new URL('domain/src/', import.meta.url))}$1.ts`,
      },
    ],
  },
  test: {
    include: (process.env['MUTATION_TESTS'] ?? 'domain/src/{approval,plan,queue}/**/*.test.ts').split(';'),
    // The modules are loaded once and not once a mutant. No decision is taken while a module loads.
    isolate: false,
    testTimeout: 60_000,
  },
});
