const FIRST_MS = 15;
const LONGEST_MS = 500;

/**
 * Before the next attempt of whoever lost a race. Jittered, so that two losers do not meet again.
 * @param attempt from 0
 */
export async function pause(attempt: number): Promise<void> {
  const ms = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt) * (0.5 + Math.random());
  await new Promise((resolve) => setTimeout(resolve, ms));
}
