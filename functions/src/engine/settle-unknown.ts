import { AppError } from '@countersign/domain/errors';
import { countsOf } from '@countersign/domain/plan/totals';
import type { Outcome, PageOutcomes } from '@countersign/domain/schemas/effect';
import type { Execution } from '@countersign/domain/schemas/execution';
import { config } from '../config.ts';
import { outsideKindOf } from '../effects/index.ts';
import type { Performed } from '../effects/payment-provider.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { drainStream } from '../streams/index.ts';
import { ChangeSet } from './change-set.ts';
import type { Deps } from './deps.ts';
import { MAY_BE_SENT, readPages, STOPPED_BEFORE, type PageWithOutcomes } from './outcomes.ts';
import { idsOf, settlementOf } from './perform-effects.ts';
import { settleOutcomes, type Answer } from './settle-outcomes.ts';
import { fenced, release, type Lease } from './work.ts';

/**
 * When the provider is asked next about what is unknown: after half as long again as it has been asked so far, at least
 * a minute and at most a day. Null when nothing is unknown, or after 30 days: then only people settle it.
 */
export function nextAsk(execution: Execution, now: Date): string | null {
  if (execution.tally === null || countsOf(execution.tally).unknown === 0 || execution.endedAt === null) return null;
  const askedForMs = now.getTime() - Date.parse(execution.endedAt);
  if (askedForMs > config.askForMs) return null;
  const waitMs = Math.min(config.maxAskMs, Math.max(config.askAgainMs, Math.floor(askedForMs / 2)));
  return new Date(now.getTime() + waitMs).toISOString();
}

/** After a report, which several things cause: asking is not put off by it, so it is done now, but for the very first. */
export function askAfterReport(execution: Execution, now: Date): string | null {
  const next = nextAsk(execution, now);
  const isFirst = execution.endedAt === null || now.getTime() - Date.parse(execution.endedAt) < config.askAgainMs;
  return next === null || isFirst ? next : now.toISOString();
}

/**
 * Ask the provider what became of effects whose outcome is unknown. Only a payment that is found settles one: as
 * succeeded, or as failed when it came back. That none is found proves nothing, but for
 * what was begun by a worker that was lost: after a quarter of an hour it is not done. Nothing is sent.
 */
export async function askAgain(deps: Deps, lease: Lease, execution: Execution): Promise<void> {
  const { plan } = execution;
  if (plan === null) throw new AppError('internal', 'An applied execution has a plan');
  for await (const page of readPages(deps, lease.orgId, execution.id, plan)) {
    if (page.settled?.outcomes.some((outcome) => outcome.status === 'unknown') === true)
      await askForPage(deps, lease, execution.id, page, page.settled);
  }
  await drainStream(deps.streams, lease.orgId, 'ledger');
  await fenced(deps, lease, async (tx) => {
    const current = await read(tx, refs.execution(lease.orgId, execution.id));
    // Something was settled, here or meanwhile: a new report tells of it.
    const next =
      current === null ? null : current.report === null ? deps.now().toISOString() : nextAsk(current, deps.now());
    tx.write(release(lease, next));
  });
}

async function askForPage(
  deps: Deps,
  lease: Lease,
  executionId: string,
  page: PageWithOutcomes,
  settled: PageOutcomes,
): Promise<void> {
  const answers = new Map<string, Answer>();
  const organization = await read(deps.db, refs.organization(lease.orgId));
  if (organization === null) return;
  const ports = { provider: deps.provider, http: deps.http, organization };
  const now = deps.now().toISOString();
  for (const [at, outcome] of settled.outcomes.entries()) {
    const effect = page.effects[at];
    const intent = settled.intents[at];
    if (outcome.status !== 'unknown' || effect === undefined || intent === undefined) continue;
    const ids = idsOf({ lease, execution: { id: executionId } }, settled, intent);
    const found = await outsideKindOf(effect)?.find(ports, effect, { ...ids, since: new Date(settled.intendedAt) });
    const answer = answerOf(found ?? null, now) ?? notSent(outcome, now);
    if (answer !== null) answers.set(outcome.effectId, answer);
  }
  if (answers.size === 0) return;
  await fenced(deps, lease, async (tx) => {
    const change = new ChangeSet(
      lease.orgId,
      `asked-${executionId}-${settled.index}-${lease.token}`,
      { kind: 'system', part: 'engine' },
      now,
    );
    const execution = await read(tx, refs.execution(lease.orgId, executionId));
    if (execution === null) return;
    const { attempt, index } = settled;
    const pages = [{ attempt, index, effects: page.effects }];
    const found = await settleOutcomes(tx, change, { orgId: lease.orgId, execution, pages }, answers, now);
    if (found.length === 0) return;
    tx.write(
      ...change.toWrites('execution.unknown_settled', {
        executionId,
        data: { page: String(index + 1), found: String(found.length) },
      }),
    );
  });
}

/** Of what a lost worker had begun, and the provider did not know: no worker lives long enough to send it still. */
function notSent({ code, at }: Outcome, now: string): Answer | null {
  if (code !== MAY_BE_SENT || Date.parse(now) - Date.parse(at) < config.mayBeSentForMs) return null;
  const message = 'Not sent: the run stopped before';
  return { status: 'not_done', providerId: null, code: STOPPED_BEFORE, message, settlement: null };
}

/** What the provider's answer settles; null when it settles nothing. */
export function answerOf(found: Performed | null, at: string): Answer | null {
  if (found?.status === 'succeeded')
    return {
      status: 'succeeded',
      providerId: found.providerId,
      code: null,
      message: null,
      settlement: settlementOf(found, at),
    };
  if (found?.status === 'failed')
    return {
      status: 'failed',
      providerId: found.returnedId ?? null,
      code: found.code,
      message: found.message,
      settlement: settlementOf(found, at),
    };
  return null;
}
