import { derivedId } from '@countersign/domain/hash';
import { effectId } from '@countersign/domain/plan/effect-checks';
import type { Effect, Outcome } from '@countersign/domain/schemas/effect';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { Member, Organization } from '@countersign/domain/schemas/organization';
import type { Schedule } from '@countersign/domain/schemas/schedule';
import type { UnknownProposal } from '@countersign/domain/schemas/unknown';
import type { PayRequest } from '../../../functions/src/effects/payment-provider.ts';
import type { Database, Write } from '../../../functions/src/store/database.ts';
import type { Findings } from './findings.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimProcess } from './sim-process.ts';
import { checkSchedule } from './timetable-model.ts';

type Data = Record<string, unknown>;
type Clock = Pick<Scheduler, 'now' | 'jumpedAtMs' | 'hasOverlaps'>;
/** A worker may have looked just before the stop: as long as it takes from there to the next page. */
const STOP_TAKES_MS = 10_000;
/** A reading of the bank is good for half a minute. */
const BANK_TAKES_MS = 45_000;

interface Place {
  readonly collection: string;
  readonly executionId: string | null;
  readonly id: string;
}
const places = new Map<string, Place>();
const MAX_PLACES = 20_000;

/** `orgs/{orgId}/executions/{id}/outcomes/{attempt-index}` and the like, taken apart. */
function placeOf(path: string): Place {
  const known = places.get(path);
  if (known !== undefined) return known;
  if (places.size > MAX_PLACES) places.clear();
  const place = takeApart(path);
  places.set(path, place);
  return place;
}

function takeApart(path: string): Place {
  const parts = path.split('/');
  const id = parts.at(-1) ?? '';
  if (parts[2] === 'executions' && parts.length > 4)
    return { collection: `executions/${parts[4]}`, executionId: parts[3] ?? '', id };
  if (parts.length === 2) return { collection: 'orgs', executionId: null, id };
  const collection = parts[2] ?? '';
  return { collection, executionId: collection === 'executions' ? id : null, id };
}

/**
 * A model of the store beside it: every commit that went through, in order. What must hold at every moment is checked
 * here, by rules that know nothing of how the engine keeps them.
 */
export class Observer {
  readonly documents = new Map<string, Data>();
  /** Of every document that there ever was. */
  readonly #paths = new Set<string>();
  readonly #findings: Findings;
  readonly #scheduler: Clock;
  /** When each page was begun, and since when its worker may have known what it knew. */
  readonly #begun = new Map<string, { readonly atMs: number; readonly knowsSinceMs: number }>();
  /** When the organization-wide stop was pulled; null while it is not. */
  #stoppedAtMs: number | null = null;
  /** When each execution came to its end state. */
  readonly #endedAtMs = new Map<string, number>();
  commits = 0;
  /** Pages begun so far, over all executions. */
  pages = 0;

  constructor(findings: Findings, scheduler: Clock) {
    this.#findings = findings;
    this.#scheduler = scheduler;
  }

  #now(): number {
    return this.#scheduler.now;
  }

  readonly #waiting: { readonly page: number; readonly act: () => void }[] = [];

  /** Something happens once so many pages have been begun. */
  whenPage(page: number, act: () => void): void {
    this.#waiting.push({ page, act });
  }

  get(path: string): Data | undefined {
    return this.documents.get(path);
  }

  /** Documents of a collection by its name below the organization, such as `executions` or `executions/outcomes`. */
  all(collection: string): Data[] {
    return [...this.documents].filter(([path]) => placeOf(path).collection === collection).map(([, data]) => data);
  }

  entries(collection: string): [path: string, data: Data][] {
    return [...this.documents].filter(([path]) => placeOf(path).collection === collection);
  }

  committed(process: SimProcess, writes: readonly Write[]): void {
    this.commits += 1;
    this.#checkAudited(process, writes);
    for (const write of writes) {
      const before = this.documents.get(write.path);
      const after = this.#apply(write, before);
      if (after === undefined) continue;
      const place = placeOf(write.path);
      if (process.kind === 'worker' && !this.#scheduler.hasOverlaps) this.#checkFence(process, write, place);
      switch (place.collection) {
        case 'orgs':
          this.#noteStop(after as unknown as Organization);
          break;
        case 'executions':
          this.#checkExecution(before as unknown as Execution | undefined, after as unknown as Execution);
          break;
        case 'executions/outcomes':
          this.#checkOutcomes(process, before, after, place.executionId ?? '', write.path);
          break;
        case 'executions/pages':
          this.#findings.expect(before === undefined, 'a page is never overwritten', write.path);
          break;
        case 'schedules':
          checkSchedule(
            this.#findings,
            writes,
            before as unknown as Schedule | undefined,
            after as unknown as Schedule,
          );
          break;
        case 'unknownProposals':
          this.#checkSettled(before as unknown as UnknownProposal | undefined, after as unknown as UnknownProposal);
          break;
        case 'executions/approvals':
          this.#checkSignature(after, place.executionId ?? '');
          break;
        default:
      }
    }
  }

  /** All documents of this moment, as a backup has them; they are never changed in place. */
  backup(): ReadonlyMap<string, Data> {
    return new Map(this.documents);
  }

  /** The store holds this again, and nothing else. */
  broughtBack(backup: ReadonlyMap<string, Data>): void {
    this.documents.clear();
    for (const [path, data] of backup) this.documents.set(path, data);
    this.#stoppedAtMs = null;
    for (const organization of this.all('orgs')) this.#noteStop(organization as unknown as Organization);
  }

  /** As it is in the store: where commits were under way side by side, the model may have them in another order. */
  async refresh(db: Database): Promise<void> {
    const paths = [...this.#paths];
    const stored = await db.getAll(paths);
    for (const [at, path] of paths.entries()) {
      const data = stored[at]?.data;
      if (data === undefined) this.documents.delete(path);
      else this.documents.set(path, data);
    }
  }

  #apply(write: Write, before: Data | undefined): Data | undefined {
    this.#paths.add(write.path);
    if (write.op === 'delete') {
      this.documents.delete(write.path);
      return undefined;
    }
    const after = write.op === 'update' ? { ...before, ...write.data } : write.data;
    this.documents.set(write.path, after);
    return after;
  }

  /** Every version of an audited document is named by the audit event of its own commit, and no version is left out. */
  #checkAudited(process: SimProcess, writes: readonly Write[]): void {
    const named = new Set<string>();
    for (const write of writes) {
      if (write.op === 'delete' || !write.path.includes('/streams/audit/inbox/')) continue;
      const events = JSON.parse(String(write.data['intents'])) as { subjects: { path: string; version: number }[] }[];
      for (const event of events) for (const { path, version } of event.subjects) named.add(`${path} ${version}`);
    }
    for (const write of writes) {
      if (write.op === 'delete') continue;
      const { collection } = placeOf(write.path);
      const subject = write.path.split('/').slice(2).join('/');
      const before = this.documents.get(write.path);
      // Accounts and periods are the ledger's own: each of their versions is a leaf of it.
      const isLedgers = collection === 'accounts' || collection === 'periods';
      if (isLedgers || typeof (write.data['version'] ?? before?.['version']) !== 'number') continue;
      const version = write.data['version'];
      const what = `${write.path} ${String(version)}, by ${process.kind}`;
      this.#findings.expect(
        named.has(`${subject === '' ? '.' : subject} ${String(version)}`),
        'a version has its audit event',
        what,
      );
      const isNext = version === Number(before?.['version'] ?? 0) + 1;
      this.#findings.expect(isNext || this.#scheduler.hasOverlaps, 'versions are dense', what);
    }
  }

  /** What a worker writes about an execution, it writes while it holds the lease. */
  #checkFence(process: SimProcess, { path }: Write, { collection, executionId }: ReturnType<typeof placeOf>): void {
    if (executionId === null || collection === 'executions/logs') return;
    const [, orgId] = path.split('/');
    // What becomes of its money later is work of its own, under a lease of its own.
    const isHeld = [executionId, `settlement-${executionId}`].some((id) => {
      const work = this.documents.get(`orgs/${orgId}/work/${id}`) as { lease: { owner: string } | null } | undefined;
      const owner = this.#ownerBefore.get(id) ?? work?.lease?.owner;
      return owner !== undefined && process.ids.has(owner);
    });
    this.#findings.expect(isHeld, 'a worker without the lease writes nothing', path);
  }

  /** The lease as it was before the present commit, which may give it back. */
  readonly #ownerBefore = new Map<string, string>();

  /** Called before `committed`, with the state before it. */
  before(writes: readonly Write[]): void {
    this.#ownerBefore.clear();
    for (const { path } of writes) {
      if (!path.includes('/work/')) continue;
      const work = this.documents.get(path) as { lease: { owner: string } | null } | undefined;
      if (work?.lease != null) this.#ownerBefore.set(placeOf(path).id, work.lease.owner);
    }
  }

  #noteStop({ stop }: Organization): void {
    if (!stop.active) this.#stoppedAtMs = null;
    else this.#stoppedAtMs ??= this.#now();
  }

  #checkExecution(before: Execution | undefined, after: Execution): void {
    const ended = ['completed', 'rejected', 'cancelled', 'expired', 'drifted', 'failed', 'needs_repair'];
    if (ended.includes(after.state) && !this.#endedAtMs.has(after.id)) this.#endedAtMs.set(after.id, this.#now());
    if (before === undefined || before.state === after.state || this.#scheduler.hasOverlaps) return;
    const isLegal = LEGAL[before.state]?.includes(after.state) === true;
    this.#findings.expect(isLegal, 'states follow each other', `${after.id}: ${before.state} → ${after.state}`);
    if (after.state === 'applying') this.#checkApproved(after);
  }

  /** Counted anew, from the signatures and the members as they are now. */
  #checkApproved(execution: Execution): void {
    const [orgPath] = this.entries('orgs')[0] ?? [''];
    const rule = 'nothing is applied without valid approvals';
    for (const [level, { role, people }] of (execution.plan?.policy.levels ?? []).entries()) {
      const signers = new Set<string>();
      for (const { uid, level: signed } of execution.approvals) {
        if (signed !== level || uid === execution.requestedBy) continue;
        const approval = this.get(`${orgPath}/executions/${execution.id}/approvals/${uid}`);
        const member = this.get(`${orgPath}/members/${uid}`) as unknown as Member | undefined;
        const holds = member?.active === true && member.roles.includes(role);
        if (holds && approval?.['decision'] === 'approved' && approval['digest'] === execution.plan?.digest)
          signers.add(uid);
      }
      this.#findings.expect(
        signers.size >= people,
        rule,
        `${execution.id} level ${level}: ${signers.size} of ${people}`,
      );
    }
  }

  /** What nobody knew is settled by two, both with a role for it, and neither of them asked for the run. */
  #checkSettled(before: UnknownProposal | undefined, { id, state, executionId, decidedBy }: UnknownProposal): void {
    if (state !== 'approved' || before === undefined) return;
    const { proposedBy } = before;
    const [orgPath] = this.entries('orgs')[0] ?? [''];
    const execution = this.get(`${orgPath}/executions/${executionId}`) as unknown as Execution;
    const member = this.get(`${orgPath}/members/${decidedBy}`) as unknown as Member | undefined;
    const mayDecide =
      member?.active === true && member.roles.some((role) => role === 'treasurer' || role === 'approver');
    const rule = 'two people settle what is unknown';
    this.#findings.expect(mayDecide && decidedBy !== proposedBy, rule, `${id} ${proposedBy} ${String(decidedBy)}`);
    const isForeign = decidedBy !== execution.requestedBy && proposedBy !== execution.requestedBy;
    this.#findings.expect(isForeign, rule, `${id} by who asked`);
  }

  #checkSignature(approval: Data, executionId: string): void {
    const [orgPath] = this.entries('orgs')[0] ?? [''];
    const execution = this.get(`${orgPath}/executions/${executionId}`) as unknown as Execution;
    const member = this.get(`${orgPath}/members/${String(approval['uid'])}`) as unknown as Member | undefined;
    const holds = member?.active === true && member.roles.includes(approval['role'] as Member['roles'][number]);
    const rule = 'a signature is that of a member who may sign';
    this.#findings.expect(holds, rule, `${executionId} ${String(approval['uid'])}`);
    this.#findings.expect(approval['uid'] !== execution.requestedBy, rule, `${executionId} by who asked`);
    this.#findings.expect(approval['digest'] === execution.plan?.digest, 'a signature is one of the plan', executionId);
  }

  #checkOutcomes(process: SimProcess, before: Data | undefined, after: Data, executionId: string, path: string): void {
    const [orgPath] = this.entries('orgs')[0] ?? [''];
    const execution = this.get(`${orgPath}/executions/${executionId}`) as unknown as Execution;
    if (before === undefined) {
      this.#findings.expect(
        this.#scheduler.hasOverlaps || execution.state === 'applying',
        `nothing is begun once it has ended (${execution.state})`,
        path,
      );
      this.pages += 1;
      for (const { page, act } of this.#waiting) if (page === this.pages) act();
      const knowsSinceMs = Math.max(process.stoodStillUntilMs, this.#scheduler.jumpedAtMs);
      this.#begun.set(path, { atMs: this.#now(), knowsSinceMs });
      const stoppedAtMs = this.#stoppedAtMs === null ? this.#now() : Math.max(this.#stoppedAtMs, knowsSinceMs);
      const stoppedForMs = this.#now() - stoppedAtMs;
      this.#findings.expect(stoppedForMs < STOP_TAKES_MS, 'nothing is begun while all is stopped', path);
      return;
    }
    if (before['state'] !== 'settled') return;
    const then = new Map(outcomesOf(before).map((outcome) => [outcome.effectId, outcome]));
    for (const outcome of outcomesOf(after)) {
      const was = then.get(outcome.effectId)?.status;
      const isReturn = outcome.settlement?.state === 'returned';
      this.#findings.expect(
        was === outcome.status || was === 'unknown' || isReturn,
        'only what is unknown is settled later',
        `${path} ${outcome.key}: ${was} → ${outcome.status}`,
      );
    }
  }

  /** Just before money moves: is it what was signed, was it said to be done before, and does the approval stand? */
  paying({ kind, data, ids }: PayRequest, bank: { last4: string; changedAtMs: number } | null): void {
    const where = `${ids.executionId.slice(0, 8)} ${data.reference}`;
    const execution = this.get(`orgs/${ids.orgId}/executions/${ids.executionId}`) as unknown as Execution | undefined;
    if (execution?.plan == null) return this.#findings.add('violation', 'nothing is paid without a plan', where);
    const effect = this.effects(execution).find(({ key }) => effectId(execution.id, key) === ids.effectId);
    const isSigned =
      effect !== undefined && effect.kind === `stripe.${kind}` && JSON.stringify(effect.data) === JSON.stringify(data);
    this.#findings.expect(isSigned, 'only what was signed is paid', where);
    const [attempt, index] = ids.page.split('-');
    const name = `${attempt}-${String(index).padStart(6, '0')}`;
    const page = this.get(`orgs/${ids.orgId}/executions/${ids.executionId}/outcomes/${name}`);
    const intents = JSON.parse(page === undefined ? '[]' : String(page['intents'])) as {
      effectId: string;
      idempotencyKey: string;
    }[];
    const intent = intents.find((one) => one.effectId === ids.effectId);
    this.#findings.expect(
      intent?.idempotencyKey === ids.idempotencyKey,
      'an intent is stored before it is paid',
      where,
    );
    if (bank === null || effect?.kind !== 'stripe.payout' || effect.data.destination.kind !== 'bank') return;
    const begun = this.#begun.get(`orgs/${ids.orgId}/executions/${ids.executionId}/outcomes/${name}`);
    if (begun === undefined) return;
    const changedBefore = begun.atMs - Math.max(bank.changedAtMs, begun.knowsSinceMs) > BANK_TAKES_MS;
    this.#findings.expect(
      effect.data.destination.last4 === bank.last4 || !changedBefore,
      'nothing is paid to another bank than the signed one',
      where,
    );
  }

  /** The effects of the plan that counts. */
  effects(execution: Execution): Effect[] {
    if (execution.plan === null) return [];
    const prefix = `/executions/${execution.id}/pages/${execution.plan.attempt}-`;
    return [...this.documents]
      .filter(([path]) => path.includes(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, page]) => JSON.parse(String(page['effects'])) as Effect[]);
  }

  outcomes(execution: Execution): Outcome[] {
    if (execution.plan === null) return [];
    const prefix = `/executions/${execution.id}/outcomes/${execution.plan.attempt}-`;
    return [...this.documents].filter(([path]) => path.includes(prefix)).flatMap(([, page]) => outcomesOf(page));
  }

  journalOf(effect: string): Data | undefined {
    const id = derivedId('journal', effect);
    return [...this.documents].find(([path]) => path.endsWith(`/journals/${id}`))?.[1];
  }
}

const outcomesOf = (page: Data): Outcome[] => JSON.parse(String(page['outcomes'])) as Outcome[];

const LEGAL: Partial<Record<Execution['state'], readonly Execution['state'][]>> = {
  planning: ['awaiting_approval', 'approved', 'failed', 'cancelled'],
  awaiting_approval: ['approved', 'rejected', 'cancelled', 'expired'],
  approved: ['applying', 'drifted', 'cancelled'],
  applying: ['completed', 'needs_repair', 'drifted', 'cancelled'],
  needs_repair: ['completed'],
  completed: ['needs_repair'],
};
