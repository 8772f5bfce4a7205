import { provideSharedPlatform } from './shared-platform.ts';

/** For `npx vitest run --project rules` on its own: no functions, so nothing needs to be built. */
export default (): Promise<() => Promise<void>> =>
  provideSharedPlatform({ only: ['auth', 'firestore', 'storage'], seed: false });
