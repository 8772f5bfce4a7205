import { isAppError } from '@countersign/domain/errors';
import { laterOutcome, type OutcomeChange } from '@countersign/domain/plan/settlement';
import { amountsInWords } from '@countersign/domain/plan/sentence';
import { totalsOf } from '@countersign/domain/plan/totals';
import type { AuditEventType } from '@countersign/domain/schemas/audit';
import { pageSchema, type Effect, type Outcome, type PageOutcomes } from '@countersign/domain/schemas/effect';
import type { Execution } from '@countersign/domain/schemas/execution';
import { providerEventSchema, type ProviderEvent } from '@countersign/domain/schemas/provider-event';
import { paths } from '@countersign/domain/paths';
import pLimit from 'p-limit';
import type { PaymentNow, RetrieveRequest } from '../effects/payment-provider.ts';
import { log } from '../log.ts';
import { refs } from '../refs.ts';
import { read, readAll, type Transaction, type Write } from '../store/database.ts';
import { drainStream } from '../streams/index.ts';
import { ChangeSet } from './change-set.ts';
import type { Deps } from './deps.ts';
import { readPages, type PageWithOutcomes } from './outcomes.ts';
import { mismatch } from './settle-later-match.ts';
import { changeOutcomes } from './settle-later-outcomes.ts';
import { isAsked, isLastAsked, isWaitedFor, pollAfter, sweepDue, type SweepStep } from './settle-later-poll.ts';
import { executionOf } from './settle-later-work.ts';
import { fenced, release, workRef, type Lease } from './work.ts';

const DAY_MS = 86_400_000;
/** Events that are looked at together, and how often in one step; more wait for the next. */
const EVENTS_A_ROUND = 100;
const ROUNDS_A_STEP = 10;
/** Questions at once to the provider, and in one step of a sweep; pages that are read in one. */
const ASKS_AT_ONCE = 8;
const ASKS_A_STEP = 2_000;
const PAGES_A_STEP = 200;
/** An event that nothing can be done with for so long is given up, loudly. */
const MAX_WAIT_MS = 10 * DAY_MS;
const MIN_RETRY_MS = 2_000;
const MAX_RETRY_MS = 3_600_000;

/**
 * What becomes of an ended run's money later: events of the provider are looked at, or, a day after nobody told us
 * anything, the provider is asked of itself. An event only says that there is news. What is true now, the provider is
 * asked, and the outcome becomes that.
 */
export async function settleLater(deps: Deps, lease: Lease): Promise<void> {
  const executionId = executionOf(lease.workId);
  const execution = await read(deps.db, refs.execution(lease.orgId, executionId));
  if (execution === null) return fenced(deps, lease, async (tx) => tx.write(release(lease, null)));
  const settler = new Settler(deps, lease, execution);
  if (execution.endedAt !== null) {
    await settler.hearEvents();
    await settler.sweep();
    if (settler.commits > 0)
      for (const name of ['ledger', 'audit'] as const) await drainStream(deps.streams, lease.orgId, name);
  }
  await settler.leave();
  // The run's own work: a new report on what has become of its effects.
  if (settler.reportIsOld) await deps.wake(lease.orgId, executionId);
}

/** The longer it has waited, the longer it waits: between two seconds and an hour. */
function nextLook({ receivedAt }: ProviderEvent, now: Date): Date {
  const waitedMs = now.getTime() - Date.parse(receivedAt);
  return new Date(now.getTime() + Math.min(MAX_RETRY_MS, Math.max(MIN_RETRY_MS, waitedMs / 4)));
}

/** Null when the provider has no such payment. */
type Answer = PaymentNow | null | 'no answer';

function isOnItsWay(answer: Answer): boolean {
  return answer !== null && answer !== 'no answer' && answer.state === 'in_transit';
}

interface Due {
  readonly account: string;
  readonly providerId: string;
  readonly outcome: Outcome;
}

/** The payouts of a page of which the provider is asked now. */
function dueOf({ effects, settled }: PageWithOutcomes, since: string | null, until: string): Due[] {
  return (settled?.outcomes ?? []).flatMap((outcome, at) => {
    const effect = effects[at];
    if (effect?.kind !== 'stripe.payout' || outcome.providerId === null) return [];
    if (!isAsked(outcome, since, until)) return [];
    return [{ account: effect.data.account, providerId: outcome.providerId, outcome }];
  });
}

interface Heard {
  readonly event: ProviderEvent;
  readonly payment: PaymentNow | null;
}

class Settler {
  readonly #deps: Deps;
  readonly #lease: Lease;
  readonly #execution: Execution;
  readonly #seen = new Set<string>();
  #swept: SweepStep | null = null;
  commits = 0;
  reportIsOld = false;

  constructor(deps: Deps, lease: Lease, execution: Execution) {
    this.#deps = deps;
    this.#lease = lease;
    this.#execution = execution;
  }

  /** The events that wait, some at a time, until there are none that were not looked at. */
  async hearEvents(): Promise<void> {
    for (let round = 0; round < ROUNDS_A_STEP; round += 1) {
      const waiting = await this.#waiting(this.#deps.db);
      const fresh = waiting.filter(({ id }) => !this.#seen.has(id));
      if (fresh.length === 0) return;
      for (const { id } of fresh) this.#seen.add(id);
      await this.#hearAll(fresh);
    }
  }

  /** Page by page: one commit a page. */
  async #hearAll(waiting: readonly ProviderEvent[]): Promise<void> {
    const pages = new Map<string, Heard[]>();
    const limit = pLimit(ASKS_AT_ONCE);
    const heard = await Promise.all(waiting.map((event) => limit(async () => this.#hear(event))));
    for (const one of heard) {
      if (one === null) continue;
      pages.set(one.event.page, [...(pages.get(one.event.page) ?? []), one]);
    }
    for (const [page, events] of pages) await this.#settlePage(page, events);
  }

  /** When it is time: ask the provider about what is on its way or has arrived lately, some pages in one step. */
  async sweep(): Promise<void> {
    const { plan } = this.#execution;
    const { orgId, workId } = this.#lease;
    const work = await read(this.#deps.db, workRef(orgId, workId));
    const sweep = sweepDue(work?.poll ?? null, this.#deps.now().toISOString());
    if (plan === null || work?.poll == null || sweep === null) return;
    const { begunAt } = sweep;
    const { since } = work.poll;
    let [asked, pages] = [0, 0];
    for await (const page of readPages(this.#deps, orgId, this.#execution.id, plan, sweep.page)) {
      if (asked >= ASKS_A_STEP || pages >= PAGES_A_STEP) {
        this.#swept = { begunAt, page: page.index, isUnanswered: false };
        return;
      }
      pages += 1;
      const due = dueOf(page, since, begunAt);
      asked += due.length;
      const answers = await this.#askAll(due);
      const known = answers.filter((payment) => payment !== null && payment !== 'no answer');
      if (known.length > 0) await this.#settlePage(`${plan.attempt}-${page.index}`, [], known);
      if (answers.includes('no answer') && isWaitedFor(begunAt, this.#deps.now().toISOString())) {
        this.#swept = { begunAt, page: page.index, isUnanswered: true };
        return;
      }
      const isOverdue = due.some(
        ({ outcome }, at) => isLastAsked(outcome, since, begunAt) && isOnItsWay(answers[at] ?? null),
      );
      if (isOverdue) log.settlementOverdue({ orgId, executionId: this.#execution.id });
    }
    this.#swept = { begunAt, page: null, isUnanswered: false };
  }

  #askAll(due: readonly Due[]): Promise<Answer[]> {
    const limit = pLimit(ASKS_AT_ONCE);
    return Promise.all(
      due.map(({ account, providerId }) => limit(async () => this.#retrieve({ kind: 'payout', account, providerId }))),
    );
  }

  /** Give the work back; what came meanwhile is seen here, for it is looked for in the transaction. */
  async leave(): Promise<void> {
    const { orgId, workId } = this.#lease;
    await fenced(this.#deps, this.#lease, async (tx) => {
      const [waiting, execution, work] = [
        await this.#waiting(tx),
        await read(tx, refs.execution(orgId, this.#execution.id)),
        await read(tx, workRef(orgId, workId)),
      ];
      const now = this.#deps.now();
      const before = work?.poll ?? null;
      const poll = before === null || this.#swept === null ? before : pollAfter(before, this.#swept, now.toISOString());
      // What came since it was looked at, or was too much for one step, is due now.
      const looks = waiting.map((event) =>
        (execution?.endedAt != null && !this.#seen.has(event.id) ? now : nextLook(event, now)).toISOString(),
      );
      const next = [...looks, ...(poll?.dueAt == null ? [] : [poll.dueAt])].toSorted()[0];
      tx.write(release(this.#lease, next ?? null), { op: 'update', path: paths.work(orgId, workId), data: { poll } });
    });
  }

  async #waiting(from: Pick<Transaction, 'query'>): Promise<ProviderEvent[]> {
    const stored = await from.query({
      collection: paths.providerEvents(this.#lease.orgId),
      where: [
        ['executionId', '==', this.#execution.id],
        ['state', '==', 'waiting'],
      ],
      orderBy: [['receivedAt', 'asc']],
      limit: EVENTS_A_ROUND,
    });
    return stored.map(({ data }) => providerEventSchema.parse(data));
  }

  /** Null when the provider does not answer: the event waits. */
  async #hear(event: ProviderEvent): Promise<Heard | null> {
    const payment = await this.#retrieve(event);
    return payment === 'no answer' ? null : { event, payment };
  }

  async #retrieve({ kind, account, providerId }: RetrieveRequest): Promise<Answer> {
    try {
      return await this.#deps.provider.retrieve({ kind, account, providerId });
    } catch (error) {
      if (!isAppError(error)) throw error;
      log.settlementNotAsked({ orgId: this.#lease.orgId, executionId: this.#execution.id, code: error.code });
      return 'no answer';
    }
  }

  async #settlePage(name: string, heard: readonly Heard[], payments: readonly PaymentNow[] = []): Promise<void> {
    const { orgId } = this.#lease;
    const [attempt = 0, index = 0] = name.split('-').map(Number);
    const stored = await this.#deps.db.get(paths.page(orgId, this.#execution.id, attempt, index));
    const effects = pageSchema.safeParse(stored?.data).data?.effects ?? [];
    this.commits += 1;
    const commitId = `later-${this.#execution.id}-${this.#lease.token}-${this.commits}`;
    const result = await fenced(this.#deps, this.#lease, async (tx) => {
      const now = this.#deps.now().toISOString();
      const [execution, page, events] = await Promise.all([
        read(tx, refs.execution(orgId, this.#execution.id)),
        read(tx, refs.outcome(orgId, this.#execution.id, attempt, index)),
        readAll(
          tx,
          heard.map(({ event }) => refs.providerEvent(orgId, event.id)),
        ),
      ]);
      if (execution === null) return null;
      const judged = heard.map((one, at) => ({ ...one, waits: events[at]?.state === 'waiting' }));
      const book = new PageBook(effects, page, now);
      const marks = judged.flatMap(({ event, payment, waits }): Write[] => {
        if (!waits) return [];
        const verdict = book.hear(payment, event);
        const done = verdict.state === 'waiting' ? givenUp(event, now) : verdict;
        if (done === null) return [];
        if (done.state === 'refused' || done.state === 'abandoned')
          log.providerEventRefused({ orgId, eventId: event.id, executionId: execution.id, reason: done.reason ?? '' });
        return [
          { op: 'update', path: paths.providerEvent(orgId, event.id), data: { ...done, doneAt: now } satisfies Done },
        ];
      });
      for (const payment of payments) book.hear(payment, null);
      const { changes } = book;
      if (changes.length === 0 || page === null) {
        tx.write(...marks);
        return [];
      }
      const change = new ChangeSet(orgId, commitId, { kind: 'system', part: 'engine' }, now);
      await changeOutcomes(tx, change, { orgId, execution, pages: [{ page, changes }], now });
      change.also(...marks);
      tx.write(...change.toWrites(...auditOf(execution.id, index, changes)));
      return changes;
    });
    if (result?.some(({ before, after }) => before.status !== after.status) === true) this.reportIsOld = true;
  }
}

type Done = Pick<ProviderEvent, 'state' | 'reason' | 'doneAt'>;
type Verdict = Pick<ProviderEvent, 'state' | 'reason'>;

/** One page of outcomes while news of it are heard, one after the other. */
class PageBook {
  readonly #effects: readonly Effect[];
  readonly #page: PageOutcomes | null;
  readonly #now: string;
  readonly #changes = new Map<string, OutcomeChange>();

  constructor(effects: readonly Effect[], page: PageOutcomes | null, now: string) {
    this.#effects = effects;
    this.#page = page;
    this.#now = now;
  }

  get changes(): OutcomeChange[] {
    return [...this.#changes.values()];
  }

  /** @param event null when the provider was asked of itself */
  hear(payment: PaymentNow | null, event: ProviderEvent | null): Verdict {
    if (payment === null) return { state: 'refused', reason: 'The provider has no such payment in this account' };
    if (this.#page === null || this.#page.state !== 'settled') return { state: 'waiting', reason: null };
    const at = this.#page.intents.findIndex((intent, place) =>
      event === null
        ? this.#page?.outcomes[place]?.providerId === payment.providerId
        : intent.effectId === event.effectId,
    );
    const [effect, intent, stored] = [this.#effects[at], this.#page.intents[at], this.#page.outcomes[at]];
    if (effect === undefined || intent === undefined || stored === undefined)
      return { state: 'refused', reason: 'The page has no such effect' };
    if (event !== null && payment.effectId !== intent.effectId)
      return { state: 'refused', reason: 'The payment names another effect than its event' };
    const outcome = this.#changes.get(stored.effectId)?.after ?? stored;
    const wrong = mismatch(effect, intent, outcome, payment);
    if (wrong !== null) return { state: 'refused', reason: wrong };
    const after = laterOutcome(effect, outcome, payment, this.#now);
    if (after === null) return { state: 'unchanged', reason: null };
    this.#changes.set(stored.effectId, { effect, before: stored, after });
    return { state: 'applied', reason: null };
  }
}

function givenUp(event: ProviderEvent, now: string): Verdict | null {
  if (Date.parse(now) - Date.parse(event.receivedAt) < MAX_WAIT_MS) return null;
  return { state: 'abandoned', reason: 'The outcome that it speaks of never came' };
}

function auditOf(
  executionId: string,
  index: number,
  changes: readonly OutcomeChange[],
): [AuditEventType, { executionId: string; data: Record<string, string> }] {
  const returned = changes.filter(({ after }) => after.settlement?.state === 'returned');
  const settled = changes.filter(({ after }) => after.settlement?.state === 'settled');
  const found = changes.filter(({ before }) => before.status === 'unknown');
  const [type, told]: [AuditEventType, readonly OutcomeChange[]] =
    returned.length > 0
      ? ['execution.payout_returned', returned]
      : found.length > 0
        ? ['execution.unknown_settled', found]
        : ['execution.payout_settled', settled];
  const data = {
    page: String(index + 1),
    settled: String(settled.length),
    returned: String(returned.length),
    found: String(found.length),
    amounts: amountsInWords(totalsOf(told.map(({ effect }) => effect))),
  };
  return [type, { executionId, data }];
}
