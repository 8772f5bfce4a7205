import { END_STATES, type Execution } from '../schemas/execution.ts';

/** So long after a run has ended, what its plan made and nobody signed, or nobody applied, is still there to be looked at. */
export const DRAFTS_KEPT_DAYS = 30;
const DAY_MS = 86_400_000;

export type DraftFate =
  /** Nothing is decided before then. */
  | { readonly kind: 'wait'; readonly until: string }
  /** They are the files of a run that was applied to its end. */
  | { readonly kind: 'keep' }
  | { readonly kind: 'delete' };

/** What becomes of the drafts that one attempt at a plan has made; those that were published are kept in any case. */
export function draftFate(
  {
    state,
    endedAt,
    plan,
  }: Pick<Execution, 'state' | 'endedAt'> & { readonly plan: { readonly attempt: number } | null },
  attempt: number,
  now: string,
): DraftFate {
  if (!END_STATES.includes(state) || endedAt === null) return { kind: 'wait', until: later(now, 1) };
  // An attempt that was given up is no part of what was applied.
  if ((state === 'completed' || state === 'needs_repair') && plan?.attempt === attempt) return { kind: 'keep' };
  const until = later(endedAt, DRAFTS_KEPT_DAYS);
  return now < until ? { kind: 'wait', until } : { kind: 'delete' };
}

export function later(instant: string, days: number): string {
  return new Date(Date.parse(instant) + days * DAY_MS).toISOString();
}
