import { executionVersion } from '../audit/event.ts';
import { strictestOf } from '../approval/levels.ts';
import { derivedId, digestOf, sha256Hex } from '../hash.ts';
import { digestOfStored, pageHash, readsHash } from '../plan/digest.ts';
import type { AuditEvent } from '../schemas/audit.ts';
import type { Delegation } from '../schemas/delegation.ts';
import type { Approval, Effect, Outcome } from '../schemas/effect.ts';
import type { Execution, Plan } from '../schemas/execution.ts';
import type { Policy } from '../schemas/policy.ts';
import type { Story } from './check-documents.ts';
import type { Must } from './findings.ts';
import type { RecordOf } from './pack.ts';
import type { Pack } from './read-pack.ts';

/** An effect of the signed plan, and what became of it; null where its page was not begun, or begun and never settled. */
export interface DoneEffect {
  readonly effect: Effect;
  readonly effectId: string;
  readonly outcome: Outcome | null;
}

type Counts = Record<Outcome['status'], number>;

/** A run, as its pack shows it. */
export interface ShownRun {
  readonly execution: Execution;
  readonly effects: readonly DoneEffect[];
  /** By whom, as what, in place of whom. */
  readonly signatures: readonly string[];
  readonly counts: Readonly<Counts>;
  /** Who had to sign could be held against the policy's text. */
  readonly hasPolicy: boolean;
}

/** What a pack has of one run that was planned. */
interface Run {
  readonly at: string;
  readonly execution: Execution;
  readonly plan: Plan;
  readonly story: Story;
  /** Of this run, in order. */
  readonly events: readonly AuditEvent['body'][];
  readonly pages: readonly RecordOf<'page'>[];
  readonly reads: readonly RecordOf<'reads'>[];
  readonly outcomes: ReadonlyMap<number, readonly Outcome[]>;
  readonly must: Must;
}

/** Each run: that what was signed is what is here, that the right people signed it, and what became of each effect. */
export function checkExecutions({ records }: Pack, story: Story, orgId: string, must: Must): ShownRun[] {
  const idOf = ({ executionId }: { readonly executionId: string }): string => executionId;
  const pages = Map.groupBy(records.page, idOf);
  const reads = Map.groupBy(records.reads, idOf);
  const outcomes = Map.groupBy(records.outcomes, idOf);
  const events = Map.groupBy(
    story.events.map(({ body }) => body),
    ({ executionId }) => executionId,
  );
  const codes = new Map(records.code.map(({ codeHash, code }) => [codeHash, code]));
  const executions = [...story.documents].filter(([path]) => /^executions\/[^/@]+$/.test(path));
  const runs = executions.map(([at, document]): ShownRun => {
    const execution = document as unknown as Execution;
    const { id, plan } = execution;
    const nothing = { execution, effects: [], signatures: [], counts: noCounts(), hasPolicy: true };
    if (plan === null) return nothing;
    const own = { pages: pages.get(id) ?? [], reads: reads.get(id) ?? [], events: events.get(id) ?? [] };
    const settled = new Map((outcomes.get(id) ?? []).map((one) => [one.index, one.outcomes]));
    const run: Run = { ...own, at, execution, plan, story, outcomes: settled, must };
    must(
      digestOfStored(orgId, execution, plan) === plan.digest,
      'digest',
      at,
      'the plan is not the one that its digest stands for',
    );
    checkParts(run, codes);
    const hasPolicy = checkPolicy(run);
    const signatures = checkApprovals(run);
    const begun = checkOutcomes(run);
    const effects = effectsOf(run);
    return { execution, effects, signatures, counts: checkTally(run, effects, begun), hasPolicy };
  });
  const planned = new Set(runs.flatMap(({ execution: { id, plan } }) => (plan === null ? [] : [id])));
  for (const id of new Set([...pages.keys(), ...reads.keys(), ...outcomes.keys()]))
    must(planned.has(id), 'page', `executions/${id}`, 'has pages, reads or outcomes, and no plan that knows them');
  const used = new Set(runs.map(({ execution }) => execution.plugin.codeHash));
  for (const hash of codes.keys()) must(used.has(hash), 'code', `code ${hash}`, 'is the code of no run in the pack');
  return runs;
}

const noCounts = (): Counts => ({ succeeded: 0, failed: 0, unknown: 0, not_done: 0 });

/** The parts that the digest stands for: pages, reads, code, inputs. */
function checkParts(
  { at, execution, plan, pages, reads, story, must }: Run,
  codes: ReadonlyMap<string, unknown>,
): void {
  const [here, signed] = [pages.length, plan.pageHashes.length];
  must(here === signed && plan.pageCount === signed, 'page', at, `has ${here} pages; ${signed} were signed`);
  for (const { index, effects } of pages)
    must(
      pageHash(index, effects) === plan.pageHashes[index],
      'page',
      `${at} page ${index}`,
      'is not the page that was signed',
    );
  let count = 0;
  for (const { index, reads: some } of reads) {
    must(index === count, 'reads', `${at} read ${index}`, 'a read before it is missing');
    count += some.length;
  }
  const isRead = count === plan.reads.count && readsHash(reads.flatMap((one) => one.reads)) === plan.reads.hash;
  must(isRead, 'reads', at, 'what the plan read is not what was signed');
  const { codeHash, name, version } = execution.plugin;
  const code = codes.get(codeHash);
  must(code !== undefined, 'code', at, `the code of ${name} ${version} is missing`);
  const isSigned = typeof code !== 'string' || sha256Hex(code) === codeHash;
  must(isSigned, 'code', `code ${codeHash}`, `the code of ${name} ${version} is not the one that was signed`);
  for (const { parameter, fileId, sha256, generation } of execution.inputs) {
    const file = story.documents.get(`files/${fileId}`);
    const isInput = file?.['sha256'] === sha256 && file['generation'] === generation;
    const what = file === undefined ? 'missing' : 'not the file that was signed';
    must(isInput, 'input', `files/${fileId}`, `the input "${parameter}" is ${what}`);
  }
}

/**
 * Who had to sign, by the policy's text: what the rule of that name says or, of a plan that no rule decided, everybody
 * whom any rule names. @returns whether the text is there
 */
function checkPolicy({ at, plan, story, must }: Run): boolean {
  const { id, version, rule } = plan.policy;
  const policy = story.documents.get(`policies/${id}@${version}`) as Policy | undefined;
  // Version 0 stands for no policy at all.
  if (policy === undefined && version > 0) return false;
  const rules = policy?.rules ?? [];
  const all = policy?.active === true ? strictestOf(rules.map(({ levels }) => levels)) : [];
  const closed = plan.effectCount === 0 ? [] : all.length === 0 ? [{ role: 'approver', people: 1 }] : all;
  const named = rules.filter(({ name }) => name === rule);
  const isAsked = (named.length > 0 ? named : [{ levels: closed }]).some((one) => asked(one) === asked(plan.policy));
  must(isAsked, 'policy', at, `“${rule}” asks for other signatures than the plan says`);
  return true;
}

type Asking = { readonly levels: readonly { role: string; people: number }[]; readonly auto?: boolean | undefined };
const asked = ({ levels, auto = false }: Asking): string =>
  JSON.stringify([auto, ...levels.map(({ role, people }) => [role, people])]);

/**
 * Every signature: of this digest, by whom the log says, in a role that they held then; and enough of them, of different
 * people, before anything was done. @returns them
 */
function checkApprovals({ at, execution, plan, events, story, must }: Run): string[] {
  const given: Approval[] = [];
  for (const path of new Set(events.flatMap(({ subjects }) => subjects.map((subject) => subject.path)))) {
    if (!path.startsWith(`${at}/approvals/`)) continue;
    const approval = story.documents.get(path) as Approval | undefined;
    must(approval !== undefined, 'approval', path, 'is named by its event, and is missing');
    if (approval !== undefined) checkApproval(path, approval, plan, story, must);
    if (approval?.decision === 'approved') given.push(approval);
  }
  const own = (holds: boolean, message: string): void => must(holds, 'approval', at, message);
  const text = ({ uid, forUid, role, level, at: time }: Execution['approvals'][number] | Approval): string =>
    [uid, forUid, role, level, time].join();
  const [listed, found] = [execution.approvals.map(text).toSorted(), given.map(text).toSorted()];
  own(listed.join(';') === found.join(';'), 'its list of signatures is not the signatures in the pack');
  const people = execution.approvals.flatMap(({ uid, forUid }) => (forUid === null ? [uid] : [uid, forUid]));
  own(new Set(people).size === people.length, 'one person has signed twice');
  own(!people.includes(execution.requestedBy), 'who asked for it has signed it');

  const isApplied = events.some(({ type }) => /^execution\.(apply_started|page_intended|page_settled)$/.test(type));
  const begin = events.find(({ type }) => type === 'execution.apply_started');
  own(isApplied === (begin !== undefined), 'was applied, and no event says that it began');
  for (const event of events.filter(({ type }) => begin !== undefined && type === 'execution.approved'))
    own(executionVersion(event) < executionVersion(begin ?? event), 'was signed after it had begun to apply');
  for (const [level, { role, people: needed }] of plan.policy.levels.entries()) {
    const many = given.filter((one) => one.level === level && one.role === role).length;
    own(!isApplied || many >= needed, `was applied with ${many} signatures of ${needed} as ${role}`);
  }
  const isFree = plan.policy.auto || plan.effectCount === 0 || plan.policy.levels.length > 0;
  own(!isApplied || isFree, 'was applied, though nobody had to sign and no rule says so');
  return given.map(({ uid, forUid, role }) => `${uid} as ${role}${forUid === null ? '' : ` for ${forUid}`}`);
}

function checkApproval(path: string, approval: Approval, plan: Plan, story: Story, must: Must): void {
  const own = (holds: boolean, message: string): void => must(holds, 'approval', path, message);
  const { uid, forUid, role, level, digest, decision, policyId, policyVersion, version, at: time } = approval;
  own(digest === plan.digest, 'signs another digest');
  own(policyId === plan.policy.id && policyVersion === plan.policy.version, 'was given under another policy');
  const event = story.versions.get(path)?.get(version)?.event;
  const isTheirs = path.endsWith(`/${uid}`) && event?.type === `execution.${decision}`;
  if (!isTheirs || event.actor.kind !== 'member' || event.actor.uid !== uid)
    return own(false, 'no event says that this person signed');
  if (decision === 'rejected') return;
  const { data, actor } = event;
  const isTold = data['digest'] === digest && data['role'] === role && (data['forUid'] ?? null) === forUid;
  own(isTold && event.at === time, 'its event tells of another signature');
  own(plan.policy.levels[level]?.role === role, `signs level ${level} as ${role}, which it does not ask for`);
  const isHeld = forUid !== null || (actor.roles as readonly string[]).includes(role);
  own(isHeld, `signs as ${role}, which ${uid} was not then`);
  const delegations = [...story.documents].filter(([name]) => name.startsWith('delegations/')).map(([, one]) => one);
  const isLent = forUid === null || delegations.some((one) => lends(one as unknown as Delegation, approval));
  own(isLent, `signs for ${forUid}, and no delegation in the pack says that ${uid} may`);
}

/** Somebody who signs for another does so within a time, and while it had not been taken back. */
function lends(delegation: Delegation, { uid, forUid, role, at: time }: Approval): boolean {
  const { fromUid, toUid, roles, startsAt, endsAt, endedAt } = delegation;
  const isTheirs = toUid === uid && fromUid === forUid && (roles as readonly string[]).includes(role);
  return isTheirs && startsAt <= time && time < endsAt && (endedAt === null || time < endedAt);
}

/** The outcomes are those that the log has the newest hash of. @returns the pages that were begun */
function checkOutcomes({ at, execution, plan, events, outcomes, must }: Run): ReadonlySet<number> {
  const roots = new Map<number, { readonly version: number; readonly root: string | undefined }>();
  const [begun, settled] = [new Set<number>(), new Set<number>()];
  for (const event of events) {
    const { type, data } = event;
    const index = Number(data['page']) - 1;
    const version = executionVersion(event);
    const changed = Object.entries(data).flatMap(([name, root]): [number, string][] => {
      const [, page] = /^outcomesRoot\.(\d+)$/.exec(name) ?? [];
      return page === undefined ? [] : [[Number(page), root]];
    });
    if (type === 'execution.page_intended' || type === 'execution.page_settled') begun.add(index);
    const isSigned = type !== 'execution.page_intended' || data['pageHash'] === plan.pageHashes[index];
    must(isSigned, 'page', `${at} page ${index}`, 'another page was begun than was signed');
    if (type === 'execution.page_settled') {
      must(!settled.has(index), 'outcome', `${at} page ${index}`, 'was settled twice');
      settled.add(index);
      changed.push([index, data['outcomesRoot'] ?? '']);
    }
    for (const [page, root] of changed)
      if (version >= (roots.get(page)?.version ?? 0)) roots.set(page, { version, root });
  }
  for (const index of new Set([...roots.keys(), ...outcomes.keys()])) {
    const own = (holds: boolean, message: string): void => must(holds, 'outcome', `${at} page ${index}`, message);
    const list = outcomes.get(index);
    own(roots.has(index), 'has outcomes, and no event says that it was settled');
    own(list !== undefined, 'was settled, and its outcomes are missing');
    const root = list && digestOf('countersign/page-outcomes', 1, { index, outcomes: list });
    own(
      root === undefined || root === roots.get(index)?.root,
      'its outcomes are not those that the log has the hash of',
    );
  }
  const { pagesDone } = execution.progress;
  const told = `says that ${pagesDone} pages were settled; ${settled.size} events do`;
  must(settled.size >= pagesDone, 'outcome', at, told);
  return begun;
}

/** Each effect once, with its own outcome. */
function effectsOf({ at, execution, plan, pages, outcomes, must }: Run): DoneEffect[] {
  const keys = new Set<string>();
  const all = pages.flatMap(({ index, effects }) => {
    const list = outcomes.get(index);
    const isWhole = list === undefined || list.length === effects.length;
    must(isWhole, 'outcome', `${at} page ${index}`, `has ${list?.length} outcomes for ${effects.length} effects`);
    return effects.map((effect, place): DoneEffect => {
      const effectId = derivedId('effect', execution.id, effect.key);
      const outcome = list?.[place] ?? null;
      must(!keys.has(effect.key), 'outcome', `${at} effect ${effect.key}`, 'is in the plan twice');
      keys.add(effect.key);
      const isOwn = outcome === null || (outcome.key === effect.key && outcome.effectId === effectId);
      must(isOwn, 'outcome', `${at} effect ${effect.key}`, 'its outcome is that of another effect');
      return { effect, effectId, outcome };
    });
  });
  must(all.length === plan.effectCount, 'page', at, `has ${all.length} effects; its plan tells of ${plan.effectCount}`);
  return all;
}

const MONEY: readonly string[] = ['stripe.payout', 'stripe.transfer'];

/** What the run says was done, against its outcomes. @returns how many there are of each */
function checkTally(run: Run, effects: readonly DoneEffect[], begun: ReadonlySet<number>): Counts {
  const { at, execution, plan, pages, outcomes, must } = run;
  const counts = noCounts();
  for (const { outcome } of effects) counts[outcome?.status ?? 'not_done'] += 1;
  const { tally, state, endedAt } = execution;
  if (tally === null || endedAt === null) return counts;
  // Of a page that was begun and never settled, any effect may be unknown, and none is anything else.
  const open = pages.filter(({ index }) => begun.has(index) && !outcomes.has(index));
  const most = open.reduce((sum, page) => sum + page.effects.length, counts.unknown);
  const told = tally.counts ?? counts;
  const isTold = told.succeeded === counts.succeeded && told.failed === counts.failed;
  const isOpen = counts.unknown <= told.unknown && told.unknown <= most;
  must(isTold && isOpen, 'outcome', at, 'counts other outcomes than it has');
  for (const status of ['succeeded', 'failed'] as const) {
    const sums = new Map(tally[status].map(({ currency, amountMinor }) => [currency, BigInt(amountMinor)]));
    for (const { effect, outcome } of effects) {
      if (outcome?.status !== status || !MONEY.includes(effect.kind)) continue;
      const { currency, amountMinor } = effect.data as { currency: string; amountMinor: string };
      sums.set(currency, (sums.get(currency) ?? 0n) - BigInt(amountMinor));
    }
    const areSame = [...sums.values()].every((rest) => rest === 0n);
    must(areSame, 'outcome', at, `says that other sums ${status} than its outcomes come to`);
  }
  const isEnd = state === 'completed' || state === 'needs_repair';
  const isAll = counts.succeeded === plan.effectCount;
  const message = `says ${state}; ${counts.succeeded} of ${plan.effectCount} effects succeeded`;
  must(!isEnd || (state === 'completed') === isAll, 'outcome', at, message);
  return counts;
}
