import { provideSharedPlatform } from './shared-platform.ts';

/** The whole platform with the demo organization, for the suites integration and e2e. */
export default (): Promise<() => Promise<void>> => provideSharedPlatform({ seed: true });
