import { defineConfig } from 'vitest/config';

/** The tests that the mutation check runs: those of the engine's and the sandbox's decisions, in memory. */
export default defineConfig({
  test: {
    include: ['functions/src/{engine,changes,commands,effects}/**/*.test.ts', 'functions/src/sandbox/{meter,verdict,limits,foreign-json,protocol,call}*.test.ts', 'domain/src/{approval,plan}/**/*.test.ts'],
    testTimeout: 60_000,
  },
});
