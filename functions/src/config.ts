/** Deployment settings, read once. Nothing here is a secret: those are fetched by connectors when they are needed. */
export const REGION = 'us-central1';

function positiveInt(name: string, fallback: number): number {
  const text = process.env[name];
  const value = text === undefined ? fallback : Number(text);
  return Number.isSafeInteger(value) && value > 0 ? value : fallback;
}

export const config = {
  /** How long a worker may be silent before another takes its work. */
  leaseMs: positiveInt('LEASE_MS', 60_000),
  /** A worker yields before the function's own limit and is woken again. */
  workerBudgetMs: positiveInt('WORKER_BUDGET_MS', 400_000),
  /** Effects in a page: what one intents commit and one outcomes commit cover. */
  pageSize: positiveInt('PAGE_SIZE', 100),
  /** Pages under way at once in one execution, and calls under way at once to the provider. */
  pagesAtOnce: positiveInt('PAGES_AT_ONCE', 4),
  providerCallsAtOnce: positiveInt('PROVIDER_CALLS_AT_ONCE', 16),
  httpCallsAtOnce: positiveInt('HTTP_CALLS_AT_ONCE', 4),
  /** Live progress is written at most this often. */
  progressMs: positiveInt('PROGRESS_MS', 1_000),
  maxEffects: 100_000,
  /** Under an approval older than this, the worker asks the provider before it sends anything (Stripe may forget keys after a day). */
  askFirstAfterMs: 20 * 3_600_000,
  /** How soon the provider is asked first about an unknown outcome; later ever more seldom, up to once a day, for 30 days. */
  askAgainMs: positiveInt('ASK_AGAIN_MS', 60_000),
  /** A worker that was lost lives no longer than a function may, and its last calls end soon after. */
  mayBeSentForMs: 15 * 60_000,
  maxAskMs: 86_400_000,
  askForMs: 30 * 86_400_000,
  /** How often the books and the evidence of an organization are checked as a whole. */
  checkEveryMs: positiveInt('CHECK_EVERY_MS', 3_600_000),
  /** Leaves of both streams that are checked in one go; beyond, a turn reads about so many documents, for so long. */
  checkWholeUpTo: positiveInt('CHECK_WHOLE_UP_TO', 50_000),
  checkReadsATurn: positiveInt('CHECK_READS_A_TURN', 100_000),
  checkTurnMs: positiveInt('CHECK_TURN_MS', 120_000),
  /** A published checkpoint that a witness has not cosigned for so long becomes an alert. */
  witnessSilentMs: positiveInt('WITNESS_SILENT_HOURS', 6) * 3_600_000,
  stripeApiBase: process.env['STRIPE_API_BASE'] ?? null,
  functionTimeoutSeconds: 540,
} as const;
