import { Firestore } from 'firebase-admin/firestore';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { skipIdleWaits } from './no-idle-waits.ts';

const require = createRequire(import.meta.url);
const ofClient = createRequire(require.resolve('firebase-admin/firestore'));
interface BackoffModule {
  readonly ExponentialBackoff: new () => { backoffAndWait(): Promise<void> };
}

it('leaves a client of another build alone', () => {
  const elsewhere = Object.assign(() => undefined, { resolve: () => '/nowhere/index.js' });
  expect(skipIdleWaits(elsewhere as unknown as NodeJS.Require)).toBe(false);
});

it("the installed client's first wait takes no time, and its later ones take theirs", async () => {
  expect(Firestore).toBeTypeOf('function');
  expect(skipIdleWaits()).toBe(true);
  const { ExponentialBackoff } = ofClient('@google-cloud/firestore/build/src/backoff') as BackoffModule;
  const backoff = new ExponentialBackoff();
  let timerFired = false;
  const timer = setTimeout(() => (timerFired = true), 1);
  await backoff.backoffAndWait();
  expect(timerFired).toBe(false);
  clearTimeout(timer);
  const started = performance.now();
  await backoff.backoffAndWait();
  expect(performance.now() - started).toBeGreaterThan(100);
});
