import { plural } from '@countersign/domain/plan/sentence';
import { coarseOf } from '@countersign/domain/plan/states';
import type { Execution, ExecutionState, Plan } from '@countersign/domain/schemas/execution';
import { assert } from '@countersign/domain/errors';
import pLimit from 'p-limit';
import { config } from '../config.ts';
import { log as platformLog } from '../log.ts';
import { refs } from '../refs.ts';
import { read, type Transaction } from '../store/database.ts';
import { drainStream } from '../streams/index.ts';
import { deployed, policyDrift, roleDrift, signatureDrift } from './apply-checks.ts';
import { AccountReader } from './account-reader.ts';
import { applyPage, closePage, loadPage, type ApplyContext, type Halt } from './apply-page.ts';
import { BalanceGuard } from './balance-guard.ts';
import { ChangeSet } from './change-set.ts';
import { earlierUseOf } from './claims.ts';
import type { Deps } from './deps.ts';
import { destinationRecheck, driftSentence, type Drift } from './drift.ts';
import { ExecutionLog } from './execution-log.ts';
import { LiveProgress } from './live-progress.ts';
import { readPages, readTally } from './outcomes.ts';
import { PageOrder } from './page-order.ts';
import { askForTurn, leaveQueue, withQueue, type QueueChange } from './queue.ts';
import { goIfFree, regainTurn, waitingWrites } from './queue-turn.ts';
import { stopIfRolledBack } from './restored.ts';
import { balanceDrift } from '../ledger/fx/balance-rechecks.ts';
import { recordDrift } from './record-rechecks.ts';
import { settlementAtEnd } from './settle-later-work.ts';
import { fenced, release, type Lease } from './work.ts';

/** `ended`: a command has ended the execution, and nobody may begin a page of it. `waits`: the lease is given back. */
type Reason = Halt | { readonly kind: 'done' | 'waits' } | { readonly kind: 'drift'; readonly drift: Drift };

/** Apply the signed pages of an approved execution, until they are done or something says stop. */
export async function applyExecution(deps: Deps, lease: Lease, execution: Execution, startedMs: number): Promise<void> {
  const { plan } = execution;
  assert(plan !== null, 'an approved execution has a plan');
  const log = new ExecutionLog(deps, lease.orgId, execution.id, lease.token);
  try {
    const halt =
      execution.state === 'approved'
        ? await startApply(deps, lease, execution)
        : execution.waiting === null
          ? null
          : await standStill(deps, lease, execution.id);
    const reason = halt ?? (await applyPages(deps, lease, execution, plan, log, startedMs));
    await leave(deps, lease, execution.id, plan, reason, log);
  } finally {
    await log.flush();
  }
}

/** An execution that stood still goes on when it is its turn. */
async function standStill(deps: Deps, lease: Lease, executionId: string): Promise<Reason | null> {
  const verdict = await regainTurn(deps, lease, executionId);
  return verdict === 'go' ? null : { kind: verdict };
}

/**
 * The first commit of apply: code, approvals and policy are checked once more, and its turn is taken. Returns why
 * nothing may begin.
 */
async function startApply(deps: Deps, lease: Lease, { id: executionId, plugin }: Execution): Promise<Reason | null> {
  const now = deps.now().toISOString();
  const code = await deployed(deps, lease.orgId, plugin);
  if ('what' in code) return { kind: 'drift', drift: code };
  let wake: readonly string[] = [];
  const begin = async (tx: Transaction): Promise<Reason | null> => {
    const ref = refs.execution(lease.orgId, executionId);
    const current = await read(tx, ref);
    if (current?.plan == null || current.state !== 'approved') return { kind: 'ended' };
    const drift =
      (await signatureDrift(tx, lease.orgId, current, current.plan)) ??
      (await roleDrift(tx, lease.orgId, current, current.plan)) ??
      (await policyDrift(tx, lease.orgId, current.plan, code.manifest.category));
    if (drift !== null) return { kind: 'drift', drift };
    const seat = await askForTurn(deps, lease.orgId, current, now);
    wake = seat.change.wake;
    tx.write(...seat.change.writes);
    if (!seat.turn.may) {
      tx.write(...waitingWrites(lease, current, seat.turn, deps.now()));
      return { kind: 'waits' };
    }
    const change = new ChangeSet(
      lease.orgId,
      `apply-started-${executionId}-${lease.token}`,
      { kind: 'system', part: 'engine' },
      now,
    );
    change.change(ref, current, { state: 'applying', coarse: coarseOf('applying'), waiting: null, updatedAt: now });
    tx.write(...change.toWrites('execution.apply_started', { executionId, data: { digest: current.plan.digest } }));
    return null;
  };
  const halt = await withQueue(async () => fenced(deps, lease, begin));
  for (const workId of wake) await deps.wake(lease.orgId, workId);
  if (halt?.kind === 'waits') await goIfFree(deps, lease);
  return halt;
}

async function applyPages(
  deps: Deps,
  lease: Lease,
  execution: Execution,
  plan: Plan,
  log: ExecutionLog,
  startedMs: number,
): Promise<Reason> {
  const forged = await signatureDrift(deps.db, lease.orgId, execution, plan);
  // Nothing is paid on the word of a database that has forgotten payments.
  if (forged === null && plan.provider.connector !== 'none' && (await stopIfRolledBack(deps, lease.orgId)))
    return { kind: 'stopped' };
  const elsewhere = await providerDrift(deps, plan);
  const [organization, { attempts, askSince }] = await Promise.all([
    read(deps.db, refs.organization(lease.orgId)),
    earlierUseOf(deps, lease.orgId, execution.id),
  ]);
  assert(organization !== null, 'the execution has an organization');
  const reader = new AccountReader(deps);
  const [destinations, limits] = [destinationRecheck(reader), connectorLimits()];
  const context: ApplyContext = {
    deps,
    lease,
    execution,
    plan,
    organization,
    attempts,
    askSince,
    limit: (connector, call) => limits[connector](call),
    drift: async (effects) =>
      (await recordDrift(deps, lease.orgId, plan.rechecks)) ??
      (await balanceDrift(deps.streams, lease.orgId, plan.rechecks)) ??
      (await destinations(effects)),
    halt: (from) => haltReason(from, lease, execution, startedMs),
    mayAskProvider: elsewhere === null,
    balances: new BalanceGuard(reader),
    progress: new LiveProgress(deps, lease.orgId, execution.id, plan),
    results: new Map(),
  };
  const drift = forged ?? elsewhere;
  if (drift !== null) {
    await closeBegun(context);
    return { kind: 'drift', drift };
  }
  log.line('info', `Applying ${plural(plan.effectCount, 'effect')} in ${plural(plan.pageCount, 'page')}`);
  const order = new PageOrder(plan.levels);
  let next = 0;
  let reason: Reason = { kind: 'done' };
  const runner = async (): Promise<void> => {
    while (next < plan.pageCount && reason.kind === 'done') {
      const index = next;
      next += 1;
      // Read while the pages before it are still under way.
      const loading = loadPage(context, index);
      loading.catch(() => undefined);
      const result = await order.inTurn(index, async () => applyPage(context, index, await loading));
      if (result === 'abandoned') return;
      if (result.kind !== 'settled') reason = result;
      else log.line('info', `Page ${index + 1} of ${plan.pageCount} is settled`);
    }
  };
  // All runners are waited for, also when one fails: no page is left running without a master.
  const settled = await Promise.allSettled(Array.from({ length: config.pagesAtOnce }, runner));
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  if (endsHere(reason)) await closeBegun(context);
  return reason;
}

/** The account at the provider is another one than was signed: neither is it paid from, nor does it know of payments. */
async function providerDrift(deps: Deps, { provider }: Plan): Promise<Drift | null> {
  if (provider.connector === 'none') return null;
  const { account, mode } = await deps.provider.identity();
  if (account === provider.account && mode === provider.mode) return null;
  const inWords = (one: string, its: string): string => `${one} (${its})`;
  return {
    what: 'provider',
    subject: 'Stripe',
    signed: inWords(provider.account, provider.mode),
    found: inWords(account, mode),
  };
}

/** Calls at once to each connector, over all pages of the execution. */
function connectorLimits(): Record<'stripe' | 'http', <T>(call: () => Promise<T>) => Promise<T>> {
  const [stripe, http] = [pLimit(config.providerCallsAtOnce), pLimit(config.httpCallsAtOnce)];
  return { stripe: async (call) => stripe(call), http: async (call) => http(call) };
}

const endsHere = (reason: Reason): boolean => reason.kind === 'drift' || reason.kind === 'cancelled';

/** A run that stops for good leaves no page of a dead worker's open: what it did is asked for, and counted. */
async function closeBegun(context: ApplyContext): Promise<void> {
  const { deps, lease, execution, plan } = context;
  for await (const page of readPages(deps, lease.orgId, execution.id, plan)) {
    if (page.settled?.state === 'intended') await closePage(context, page.index);
  }
}

/** Checked before every page: a cancellation, the organization-wide stop, the operation's pause, and the function's own time. */
async function haltReason(
  from: Parameters<ApplyContext['halt']>[0],
  lease: Lease,
  { id, operationId }: Execution,
  startedMs: number,
): Promise<Halt | null> {
  const [execution, organization, operation] = await Promise.all([
    read(from, refs.execution(lease.orgId, id)),
    read(from, refs.organization(lease.orgId)),
    read(from, refs.operation(lease.orgId, operationId)),
  ]);
  if (execution === null || execution.state !== 'applying') return { kind: 'ended' };
  if (execution.cancelRequested) return { kind: 'cancelled' };
  if (organization === null || organization.stop.active || operation?.paused.active !== false)
    return { kind: 'stopped' };
  return Date.now() - startedMs > config.workerBudgetMs ? { kind: 'yield' } : null;
}

async function leave(
  deps: Deps,
  lease: Lease,
  executionId: string,
  plan: Plan,
  reason: Reason,
  log: ExecutionLog,
): Promise<void> {
  if (reason.kind === 'waits') return;
  await drainStream(deps.streams, lease.orgId, 'ledger');
  if (reason.kind === 'ended') {
    await fenced(deps, lease, async (tx) => tx.write(release(lease, deps.now().toISOString())));
    return;
  }
  if (reason.kind === 'stopped') {
    log.line('warn', 'The organization or the operation stands still; waiting');
    if ((await regainTurn(deps, lease, executionId)) === 'waits') return;
  }
  if (reason.kind === 'stopped' || reason.kind === 'yield') {
    log.line('info', 'Going on in a new worker');
    await fenced(deps, lease, async (tx) => tx.write(release(lease, deps.now().toISOString())));
    return;
  }
  const { tally, transit, counts } = await readTally(deps, lease.orgId, executionId, plan);
  const state: ExecutionState =
    reason.kind === 'drift'
      ? 'drifted'
      : reason.kind === 'cancelled'
        ? 'cancelled'
        : counts.succeeded === plan.effectCount
          ? 'completed'
          : 'needs_repair';
  const now = deps.now().toISOString();
  const end = async (tx: Transaction): Promise<QueueChange | null> => {
    const ref = refs.execution(lease.orgId, executionId);
    const current = await read(tx, ref);
    if (current === null || (current.state !== 'applying' && current.state !== 'approved')) {
      tx.write(release(lease, now));
      return null;
    }
    const queue = await leaveQueue(deps.db, lease.orgId, executionId, now);
    const settlement = await settlementAtEnd(tx, lease.orgId, executionId, transit, now);
    const change = new ChangeSet(
      lease.orgId,
      `applied-${executionId}-${lease.token}`,
      { kind: 'system', part: 'engine' },
      now,
    );
    change.change(ref, current, {
      state,
      coarse: coarseOf(state),
      tally,
      transit,
      journalCount: counts.succeeded,
      endedAt: now,
      updatedAt: now,
      waiting: null,
      progress: { pagesDone: counts.pages, pageCount: plan.pageCount },
      error: reason.kind === 'drift' ? { code: 'drift', message: driftSentence(reason.drift) } : null,
    });
    // The report follows at once, as a step of its own.
    change.also(release(lease, now), ...queue.writes, ...settlement);
    const type =
      state === 'completed'
        ? 'execution.completed'
        : state === 'drifted'
          ? 'execution.drifted'
          : state === 'cancelled'
            ? 'execution.cancelled'
            : 'execution.needs_repair';
    tx.write(
      ...change.toWrites(type, {
        executionId,
        data: {
          succeeded: String(counts.succeeded),
          failed: String(counts.failed),
          unknown: String(counts.unknown),
          untouched: String(counts.untouched),
          ...driftFacts(reason),
        },
      }),
    );
    return queue;
  };
  const ended = await withQueue(async () => fenced(deps, lease, end));
  if (ended === null) return;
  for (const next of ended.wake) await deps.wake(lease.orgId, next);
  log.line(
    state === 'completed' ? 'info' : 'warn',
    `Ended: ${counts.succeeded} succeeded, ${counts.failed} failed, ${counts.unknown} unknown, ${counts.untouched} untouched`,
  );
  platformLog.applied({
    orgId: lease.orgId,
    executionId,
    state,
    ms: deps.now().getTime() - Date.parse(plan.plannedAt),
  });
}

function driftFacts(reason: Reason): Record<string, string> {
  return reason.kind === 'drift'
    ? {
        drift: reason.drift.what,
        subject: reason.drift.subject,
        signed: reason.drift.signed,
        found: reason.drift.found,
      }
    : {};
}
