import { verifyPack } from '@countersign/domain/evidence/verify-pack';
import { normalizeReference } from '@countersign/domain/plan/reference';
import { paths } from '@countersign/domain/paths';
import { derivedId } from '@countersign/domain/hash';
import { claimId, effectId } from '@countersign/domain/plan/effect-checks';
import { countsOf } from '@countersign/domain/plan/totals';
import type { Effect, EffectOf, Outcome } from '@countersign/domain/schemas/effect';
import { END_STATES, type Execution } from '@countersign/domain/schemas/execution';
import type { Balance } from '@countersign/domain/schemas/account';
import { journalSchema } from '@countersign/domain/schemas/journal';
import type { EvidenceRequest } from '@countersign/domain/schemas/evidence';
import type { Period } from '@countersign/domain/schemas/period';
import { Readable } from 'node:stream';
import { makePack } from '../../../functions/src/evidence/make-pack.ts';
import { ed25519Verify } from '../../../functions/src/streams/ed25519.ts';
import { sealStream } from '../../../functions/src/streams/index.ts';
import { verifyOrganization } from '../../../functions/src/streams/verify/index.ts';
import { closedThrough } from './act-period.ts';
import { fileText } from './mixed-plugin.ts';
import type { Outflows } from './play.ts';
import type { Payment } from './sim-stripe.ts';
import type { SimWorld } from './sim-world.ts';

/** What must hold of a world at rest, by what Stripe, the receiver and the stored documents say. */
export async function judge(world: SimWorld, outflows: Outflows): Promise<void> {
  const executions = world.observer.all('executions') as unknown as Execution[];
  judgeOnce(world);
  judgeLineages(world, executions);
  for (const execution of executions) judgeExecution(world, execution);
  judgeClaims(world, executions);
  judgeMoney(world, executions, outflows);
  judgePeriods(world);
  await judgeStreams(world);
  await judgePack(world);
}

/** No effect is done twice, and no reference is paid twice. */
function judgeOnce(world: SimWorld): void {
  const { stripe, receiver, findings } = world;
  // A reference whose payout came back may be paid again, by another run.
  const subjects = stripe.payments.flatMap(({ kind, effectId: id, reference, state }) => [
    `effect ${id}`,
    ...(state === 'returned' ? [] : [`${kind} ${normalizeReference(reference)}`]),
  ]);
  for (const subject of repeated(subjects)) findings.add('duplicate', 'money moves once', subject);
  for (const [what, times] of receiver.done) {
    // A database that came back has forgotten calls that nobody can be asked about.
    const isForgotten = world.restored !== null && !receiver.keyed.has(what);
    if (times > 1 && !isForgotten) findings.add('duplicate', 'a call is made once', what);
  }
}

/** What a run has done, or may have done, is done by no run that resumes it. */
function judgeLineages({ observer, findings }: SimWorld, executions: readonly Execution[]): void {
  const byId = new Map(executions.map((execution) => [execution.id, execution]));
  for (const [path, lineage] of observer.entries('lineages')) {
    const doneBy = new Map<string, string>();
    for (const id of lineage['members'] as string[]) {
      const execution = byId.get(id);
      if (execution === undefined) continue;
      for (const { key, status } of observer.outcomes(execution)) {
        if (status !== 'succeeded' && status !== 'unknown') continue;
        const earlier = doneBy.get(key);
        if (earlier !== undefined)
          findings.add('duplicate', 'a resume does nothing again', `${path} ${key}: ${earlier} and ${id} ${status}`);
        doneBy.set(key, id);
      }
    }
  }
}

function repeated(subjects: readonly string[]): string[] {
  const seen = new Set<string>();
  return subjects.filter((subject) => seen.size === seen.add(subject).size);
}

function judgeExecution(world: SimWorld, execution: Execution): void {
  const { findings, observer } = world;
  const { id, state, tally } = execution;
  const rests = END_STATES.includes(state) || state === 'awaiting_approval';
  findings.expect(rests, 'an execution comes to rest', `${id} ${state}`);
  const effects = observer.effects(execution);
  const outcomes = new Map(observer.outcomes(execution).map((outcome) => [outcome.key, outcome]));
  for (const effect of effects) judgeEffect(world, execution, effect, outcomes.get(effect.key) ?? null);
  const count = (...statuses: Outcome['status'][]): number =>
    [...outcomes.values()].filter(({ status }) => statuses.includes(status)).length;
  if (state === 'completed' && count('succeeded') !== effects.length)
    findings.add('lost', 'completed means that every effect succeeded', id);
  if (END_STATES.includes(state)) {
    const open = observer
      .entries('executions/outcomes')
      .filter(([path, page]) => path.includes(id) && page['state'] !== 'settled');
    findings.expect(open.length === 0, 'an execution that has ended leaves no page open', `${id} ${state}`);
  }
  if (tally === null) {
    findings.expect(outcomes.size === 0 || !END_STATES.includes(state), 'what was begun is counted', `${id} ${state}`);
    return;
  }
  const counts = countsOf(tally);
  const found = {
    succeeded: count('succeeded'),
    failed: count('failed'),
    unknown: count('unknown'),
    untouched: effects.length - count('succeeded', 'failed', 'unknown'),
  };
  findings.expect(
    JSON.stringify(counts) === JSON.stringify(found),
    'the tally is the sum of the outcomes',
    `${id} ${state} ${JSON.stringify(counts)} ${JSON.stringify(found)}`,
  );
}

/** What is said to have become of an effect is what has become of it, in the world and in the ledger. */
function judgeEffect(world: SimWorld, execution: Execution, effect: Effect, outcome: Outcome | null): void {
  const { findings, stripe } = world;
  const id = effectId(execution.id, effect.key);
  const where = `${execution.id.slice(0, 8)} ${effect.key} (${execution.state})`;
  const status = outcome?.status ?? 'untouched';
  const done = isDone(world, execution, effect, outcome);
  if (status === 'succeeded' && done === false) findings.add('lost', 'what succeeded was done', where);
  const isForgotten = (status === 'untouched' || status === 'not_done') && wasForgotten(world, effect, id);
  if (done === true && status !== 'succeeded' && status !== 'unknown' && !isForgotten)
    findings.add('lost', `what is called ${status} was not done`, where);
  judgeJournal(world, effect, id, outcome?.settlement?.state === 'returned' ? 'returned' : status, where);
  const payment = stripe.payments.find((one) => one.effectId === id);
  if (status !== 'unknown' || payment === undefined || payment.late || outcome?.code === 'idempotency_error') return;
  const askedAfter = execution.endedAt !== null && payment.atMs < Date.parse(execution.endedAt);
  findings.expect(!askedAfter, 'the provider is asked about what is unknown', where);
}

/** It was done in the time that a restored database has lost: nobody has come back to it since. */
function wasForgotten({ restored, stripe }: SimWorld, effect: Effect, id: string): boolean {
  if (restored === null) return false;
  if (effect.kind === 'http.call') return true;
  const payment = stripe.payments.find(({ effectId: paid }) => paid === id);
  return payment !== undefined && isWithin(restored, payment);
}

const isWithin = ({ sinceMs, untilMs }: { sinceMs: number; untilMs: number }, { atMs }: Payment): boolean =>
  atMs >= sinceMs && atMs <= untilMs;

/** True or false where the world can tell, else null. */
function isDone(world: SimWorld, execution: Execution, effect: Effect, outcome: Outcome | null): boolean | null {
  const { observer, orgId, receiver, stripe } = world;
  const id = effectId(execution.id, effect.key);
  switch (effect.kind) {
    case 'stripe.payout':
    case 'stripe.transfer':
      return stripe.payments.some((payment) => {
        // Asked first, the provider may have found what an earlier run of the reference has paid.
        const isFound = outcome?.status === 'succeeded' && outcome.providerId === payment.id;
        return (payment.effectId === id || isFound) && payment.state !== 'returned';
      });
    case 'file.publish': {
      const file = observer.get(paths.file(orgId, derivedId('published-file', id)));
      if (file === undefined) return false;
      return file['status'] === 'ready' && file['executionId'] === execution.id && isItsText(world, execution, effect);
    }
    case 'http.call':
      return receiver.done.has(JSON.stringify(effect.data.body));
    case 'notify':
      return observer
        .all('notifications')
        .some((sent) => sent['executionId'] === execution.id && sent['title'] === effect.data.title);
    case 'record.write': {
      const record = observer.get(paths.record(orgId, effect.data.type, effect.data.recordId));
      const [version, written] = [Number(record?.['version'] ?? 0), effect.data.expectedVersion + 1];
      if (version < written) return false;
      return version === written ? record?.['executionId'] === execution.id : null;
    }
    default:
      return null;
  }
}

function isItsText({ objects }: SimWorld, { id }: Execution, { key, data }: EffectOf<'file.publish'>): boolean {
  return objects.at(data.storagePath, data.generation) === fileText(id, key);
}

/** Succeeded is posted, unknown is pending, and of everything else there is no trace or a voided one. */
function judgeJournal(world: SimWorld, effect: Effect, id: string, status: string, where: string): void {
  if (effect.journal === null) return;
  const journal = world.observer.get(paths.journal(world.orgId, derivedId('journal', id)));
  const isReversed = journal !== undefined && journal['reversedBy'] != null;
  const state = journal === undefined ? 'none' : isReversed ? 'reversed' : String(journal['state']);
  const fits: Record<string, readonly string[]> = {
    succeeded: ['posted'],
    unknown: ['pending'],
    failed: ['none', 'voided'],
    not_done: ['none', 'voided'],
    untouched: ['none'],
    returned: ['reversed', 'voided'],
  };
  if (fits[status]?.includes(state) === true) return;
  const isLost = status === 'succeeded' || status === 'unknown';
  world.findings.add(
    isLost ? 'lost' : 'violation',
    'the ledger is the fold of the effects',
    `${where}: ${status}, journal ${state}`,
  );
}

/** A claim is held while its execution is open or its effect was or may have been done, and by nobody else. */
function judgeClaims({ observer, findings, orgId }: SimWorld, executions: readonly Execution[]): void {
  const shouldHold = new Map<string, string>();
  for (const execution of executions) {
    const isOpen = !END_STATES.includes(execution.state);
    const outcomes = new Map(observer.outcomes(execution).map((outcome) => [outcome.key, outcome.status]));
    for (const { claim, key } of observer.effects(execution)) {
      const status = outcomes.get(key);
      if (claim === null || !(isOpen || status === 'succeeded' || status === 'unknown')) continue;
      shouldHold.set(paths.claim(orgId, claimId(claim.kind, claim.reference)), execution.id);
    }
  }
  for (const [path, executionId] of shouldHold)
    findings.expect(
      observer.get(path)?.['executionId'] === executionId,
      'a claim is held by what spent it',
      `${path} ${executionId}`,
    );
  // An open run may hold more than its plan: what a worker claimed for a plan that it could not store.
  const open = new Set(executions.filter(({ state }) => !END_STATES.includes(state)).map(({ id }) => id));
  for (const [path, claim] of observer.entries('claims'))
    findings.expect(
      claim['executionId'] === null || shouldHold.has(path) || [...open].some((id) => id === claim['executionId']),
      'a claim of what was not done is free',
      `${path} ${JSON.stringify(claim['executionId'])}`,
    );
}

/** The ledger differs from Stripe by what is unknown and by what others took, and by nothing else. */
function judgeMoney(world: SimWorld, executions: readonly Execution[], outflows: Outflows): void {
  const { stripe, observer, findings } = world;
  const unknown = new Set(
    executions.flatMap((execution) =>
      observer.outcomes(execution).flatMap(({ status, effectId: id }) => (status === 'unknown' ? [id] : [])),
    ),
  );
  const succeeded = new Set(
    executions.flatMap((execution) =>
      observer.outcomes(execution).flatMap(({ status, providerId }) => (status === 'succeeded' ? [providerId] : [])),
    ),
  );
  /** The ledger says nothing of it: nobody knows yet, or the database has forgotten the time in which it was made. */
  const isOutside = (payment: Payment): boolean =>
    unknown.has(payment.effectId) ||
    (world.restored !== null && isWithin(world.restored, payment) && !succeeded.has(payment.id));
  const balances = new Map(
    (observer.all('balances') as unknown as Balance[]).map((balance) => [
      `${balance.accountId} ${balance.currency}`,
      balance,
    ]),
  );
  const compare = (
    accountId: string,
    currency: string,
    atStripe: bigint,
    moved: (payment: Payment) => bigint,
  ): void => {
    const balance = balances.get(`stripe-balance.${accountId} ${currency}`);
    const posted = BigInt(balance?.postedDebitMinor ?? '0') - BigInt(balance?.postedCreditMinor ?? '0');
    const unsettled = stripe.payments
      .filter((payment) => payment.currency === currency && payment.state !== 'returned' && isOutside(payment))
      .reduce((sum, payment) => sum + moved(payment), 0n);
    const expected = posted + unsettled - (outflows.get(`${accountId} ${currency}`) ?? 0n);
    if (expected === atStripe) return;
    findings.add(
      'lost',
      'money at Stripe equals the ledger',
      `${accountId} ${currency}: ledger ${expected}, Stripe ${atStripe}`,
    );
  };
  for (const [id, account] of stripe.accounts)
    for (const [currency, atStripe] of account.balances)
      compare(id, currency, atStripe, (payment) =>
        payment.account !== id ? 0n : payment.kind === 'payout' ? -payment.amountMinor : payment.amountMinor,
      );
  for (const [currency, atStripe] of stripe.platform)
    compare('platform', currency, atStripe, (payment) => (payment.kind === 'transfer' ? -payment.amountMinor : 0n));
}

/** Nothing is recorded on, or posted to, a day that was closed by then. */
function judgePeriods({ observer, findings }: SimWorld): void {
  const periods = observer.all('periods') as unknown as Period[];
  if (periods.length === 0) return;
  for (const stored of observer.all('journals')) {
    const { id, effectiveDay, steps } = journalSchema.parse(stored);
    for (const [at, { step, seq }] of steps.entries()) {
      // It counts for another day than first recorded when posting had to move it.
      const movedFrom = steps.slice(at + 1).find((later) => later.routedFrom !== null)?.routedFrom;
      const day = movedFrom ?? effectiveDay;
      const closed = closedThrough(periods, seq);
      findings.expect(
        step === 'voided' || closed === null || day > closed,
        'nothing is booked in a closed period',
        `${id} ${step} on ${day}, closed through ${closed}`,
      );
    }
  }
}

/** The verifier, which recomputes all of it, finds nothing. */
async function judgeStreams({ base, orgId, notes, findings }: SimWorld): Promise<void> {
  for (const name of ['ledger', 'audit'] as const) await sealStream(base.streams, orgId, name, { force: true });
  const report = await verifyOrganization(base.db, orgId, {
    checkpoints: [...notes.values()],
    publicKey: await base.streams.signer.publicKey(),
  });
  for (const finding of report.findings)
    findings.add('violation', 'the verifier finds nothing', JSON.stringify(finding));
  findings.expect(report.audit.waiting + report.ledger.waiting === 0, 'no intent is left', orgId);
}

const ALL_DAYS = { kind: 'period', from: '2020-01-01', to: '2099-12-31' } as const;

/** A pack of all that happened holds, by itself. */
async function judgePack({ base, orgId, objects, findings }: SimWorld): Promise<void> {
  const request = { id: 'judged', subject: ALL_DAYS, personal: true } as unknown as EvidenceRequest;
  const { file } = await makePack(base, orgId, request, 1);
  const bytes = await objects.read(file.storagePath, file.generation);
  const keys = { publicKey: await base.streams.signer.publicKey(), witnesses: [], verify: ed25519Verify };
  const report = await verifyPack(Readable.from([bytes]), { ...keys, later: [] });
  for (const finding of report.findings)
    findings.add('violation', 'a pack of all that happened holds', JSON.stringify(finding));
}
