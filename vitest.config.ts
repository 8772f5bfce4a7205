import { defineConfig } from 'vitest/config';

const TESTS = '**/*.test.{ts,tsx}';
const NOT_SOURCES = ['**/node_modules/**', '**/lib/**', '**/dist/**', '.local/**'];
const PLATFORM_TIMEOUT_MS = 120_000;

/** A suite that talks to the local platform: its files run one after the other. */
const onPlatform = (name: string, shared: boolean) => ({
  test: {
    name,
    include: [`tests/${name}/${TESTS}`],
    exclude: NOT_SOURCES,
    fileParallelism: false,
    testTimeout: PLATFORM_TIMEOUT_MS,
    hookTimeout: PLATFORM_TIMEOUT_MS,
    ...(shared ? { globalSetup: [`scripts/testing/${name === 'rules' ? 'rules' : 'platform'}-setup.ts`] } : {}),
  },
});

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['domain', 'functions', 'plugins', 'scripts', 'web'].map((folder) => `${folder}/${TESTS}`),
          exclude: NOT_SOURCES,
          // Property tests and children of the sandbox share two cores with each other.
          testTimeout: 30_000,
        },
      },
      // Installs the built functions folder by itself.
      onPlatform('build', false),
      onPlatform('rules', true),
      onPlatform('integration', true),
      onPlatform('e2e', true),
      // These start platforms of their own, to break them.
      onPlatform('faults', false),
      onPlatform('platform', false),
    ],
  },
});
