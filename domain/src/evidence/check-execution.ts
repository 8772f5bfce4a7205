import { executionVersion } from '../audit/event.ts';
import { derivedId, digestOf, sha256Hex } from '../hash.ts';
import { digestOfStored, pageHash, readsHash } from '../plan/digest.ts';
import type { AuditEvent } from '../schemas/audit.ts';
import type { Delegation } from '../schemas/delegation.ts';
import type { Approval, Effect, Outcome } from '../schemas/effect.ts';
import type { Execution, Plan } from '../schemas/execution.ts';
import type { Policy } from '../schemas/policy.ts';
import type { Findings } from './findings.ts';
import { documentAt, documentsBelow, type Pack } from './read-pack.ts';

/** An effect of the signed plan, and what became of it. Null: its page was not begun, or begun and never settled. */
export interface DoneEffect {
  readonly effect: Effect;
  readonly effectId: string;
  readonly journalId: string | null;
  readonly outcome: Outcome | null;
  /** Its page was begun, as far as the log says. */
  readonly begun: boolean;
}

interface Run {
  readonly pack: Pack;
  readonly orgId: string;
  readonly execution: Execution;
  /** Of this run, in order. */
  readonly events: readonly AuditEvent[];
  readonly findings: Findings;
}

/**
 * One run: that what was signed is what is here, that the right people signed it, and what became of each effect.
 * @returns its effects, for the ledger's side
 */
export function checkExecution(
  pack: Pack,
  orgId: string,
  execution: Execution,
  all: readonly AuditEvent[],
  findings: Findings,
): DoneEffect[] {
  const events = all.filter(({ body }) => body.executionId === execution.id);
  const run: Run = { pack, orgId, execution, events, findings };
  const { plan } = execution;
  const extra = (kind: string, there: boolean): void => {
    if (there) findings.add('page', at(run), `has ${kind} that its plan knows nothing of`);
  };
  if (plan === null) {
    extra('pages', pack.pages.has(execution.id));
    extra('outcomes', pack.outcomes.has(execution.id));
    extra('reads', pack.reads.has(execution.id));
    return [];
  }
  checkPlan(run, plan);
  checkApprovals(run, plan);
  const effects = checkOutcomes(run, plan);
  checkTally(run, plan, effects);
  return effects;
}

const at = ({ execution }: Run, below = ''): string => `executions/${execution.id}${below}`;

/** The digest computed anew from its parts, and each part against what it stands for. */
function checkPlan(run: Run, plan: Plan): void {
  const { pack, orgId, execution, findings } = run;
  if (digestOfStored(orgId, execution, plan) !== plan.digest)
    findings.add('digest', at(run), 'the plan is not the one that its digest stands for');
  const pages = pack.pages.get(execution.id) ?? [];
  if (pages.length !== plan.pageHashes.length || plan.pageCount !== plan.pageHashes.length)
    findings.add('page', at(run), `has ${pages.length} pages; ${plan.pageHashes.length} were signed`);
  pages.forEach((effects, index) => {
    if (pageHash(index, effects) !== plan.pageHashes[index])
      findings.add('page', at(run, ` page ${index}`), 'is not the page that was signed');
  });
  const reads = pack.reads.get(execution.id) ?? [];
  if (reads.length !== plan.reads.count || readsHash(reads) !== plan.reads.hash)
    findings.add('reads', at(run), 'what the plan read is not what was signed');
  const { codeHash, name, version } = execution.plugin;
  const code = pack.code.get(codeHash);
  if (code === undefined) findings.add('code', at(run), `the code of ${name} ${version} is missing`);
  else if (code !== null && sha256Hex(code) !== codeHash)
    findings.add('code', `code ${codeHash}`, `the code of ${name} ${version} is not the one that was signed`);
  for (const { parameter, fileId, sha256, generation } of execution.inputs) {
    const file = documentAt(pack, `files/${fileId}`);
    if (file === undefined) findings.add('input', `files/${fileId}`, `the input "${parameter}" is missing`);
    else if (file['sha256'] !== sha256 || file['generation'] !== generation)
      findings.add('input', `files/${fileId}`, `the input "${parameter}" is not the file that was signed`);
  }
  const { id, version: policyVersion } = plan.policy;
  const policy = documentAt(pack, `policies/${id}`, policyVersion) as Policy | undefined;
  if (policy === undefined) return;
  const rule = policy.rules.find((one) => one.name === plan.policy.rule);
  if (rule !== undefined && JSON.stringify(levelsOf(rule.levels)) !== JSON.stringify(levelsOf(plan.policy.levels)))
    findings.add('policy', at(run), `“${rule.name}” asks for other signatures than the plan says`);
}

const levelsOf = (levels: Plan['policy']['levels']): unknown => levels.map(({ role, people }) => [role, people]);

/** Every signature: of this digest, by whom the log says, in a role that they held then; and enough of them, in time. */
function checkApprovals(run: Run, plan: Plan): void {
  const { pack, execution, events, findings } = run;
  const documents = documentsBelow(pack, `executions/${execution.id}/approvals/`) as unknown as Approval[];
  for (const approval of documents) checkApproval(run, plan, approval);
  const signed = documents.filter(({ decision }) => decision === 'approved');
  const listed = execution.approvals.map(({ uid, forUid, role, level, at: time }) =>
    [uid, forUid, role, level, time].join(),
  );
  const found = signed.map(({ uid, forUid, role, level, at: time }) => [uid, forUid, role, level, time].join());
  if (listed.toSorted().join(';') !== found.toSorted().join(';'))
    findings.add('approval', at(run), 'its list of signatures is not the signatures in the pack');
  const people = execution.approvals.flatMap(({ uid, forUid }) => (forUid === null ? [uid] : [uid, forUid]));
  if (new Set(people).size < people.length) findings.add('approval', at(run), 'one person has signed twice');
  if (people.includes(execution.requestedBy)) findings.add('approval', at(run), 'who asked for it has signed it');

  const applied = events.find(({ body }) => APPLYING.includes(body.type));
  if (applied === undefined) return;
  plan.policy.levels.forEach(({ role, people: needed }, level) => {
    const many = signed.filter((one) => one.level === level && one.role === role).length;
    if (many < needed) findings.add('approval', at(run), `was applied with ${many} signatures of ${needed} as ${role}`);
  });
  if (plan.policy.levels.length === 0 && !plan.policy.auto && plan.effectCount > 0)
    findings.add('approval', at(run), 'was applied, though nobody had to sign and no rule says so');
  for (const { body, seq } of events)
    if (body.type === 'execution.approved' && seq > applied.seq)
      findings.add('approval', at(run), 'was signed after it had begun to apply');
}

const APPLYING: readonly string[] = ['execution.apply_started', 'execution.page_intended', 'execution.page_settled'];

function checkApproval({ pack, execution, events, findings }: Run, plan: Plan, approval: Approval): void {
  const path = `executions/${execution.id}/approvals/${approval.uid}`;
  const wrong = (message: string): void => findings.add('approval', path, message);
  const { uid, forUid, role, level, digest, decision, policyId, policyVersion } = approval;
  if (digest !== plan.digest) wrong('signs another digest');
  if (policyId !== plan.policy.id || policyVersion !== plan.policy.version) wrong('was given under another policy');
  const event = events.find(
    ({ body }) => body.type === `execution.${decision}` && body.subjects.some((subject) => subject.path === path),
  )?.body;
  if (event?.actor.kind !== 'member' || event.actor.uid !== uid) return wrong('no event says that this person signed');
  if (decision === 'rejected') return;
  if (event.data['digest'] !== digest || event.data['role'] !== role || event.at !== approval.at)
    wrong('its event tells of another signature');
  if (plan.policy.levels[level]?.role !== role) wrong(`signs level ${level} as ${role}, which it does not ask for`);
  if (forUid === null) {
    if (!(event.actor.roles as readonly string[]).includes(role)) wrong(`signs as ${role}, which ${uid} was not then`);
    return;
  }
  const lent = documentsBelow(pack, 'delegations/').some((one) => lends(one as unknown as Delegation, approval));
  if (!lent) wrong(`signs for ${forUid}, and no delegation in the pack says that ${uid} may`);
}

/** Somebody who signs for another does so within a time, and while it had not been taken back. */
function lends(delegation: Delegation, { uid, forUid, role, at: time }: Approval): boolean {
  const { fromUid, toUid, roles, startsAt, endsAt, endedAt } = delegation;
  const isTheirs = toUid === uid && fromUid === forUid && (roles as readonly string[]).includes(role);
  return isTheirs && startsAt <= time && time < endsAt && (endedAt === null || time < endedAt);
}

/** Each effect has one outcome at most, and the outcomes are those that the log has the hash of. */
function checkOutcomes(run: Run, plan: Plan): DoneEffect[] {
  const { pack, execution, events, findings } = run;
  const roots = outcomeRoots(run, events);
  const begun = new Set(
    events.filter(({ body }) => APPLYING.slice(1).includes(body.type)).map(({ body }) => Number(body.data['page']) - 1),
  );
  const outcomes = pack.outcomes.get(execution.id) ?? new Map<number, readonly Outcome[]>();
  for (const [index, list] of outcomes) {
    const where = at(run, ` page ${index}`);
    const root = digestOf('countersign/page-outcomes', 1, { index, outcomes: list });
    if (!roots.has(index)) findings.add('outcome', where, 'has outcomes, and no event says that it was settled');
    else if (roots.get(index) !== root)
      findings.add('outcome', where, 'its outcomes are not those that the log has the hash of');
  }
  for (const index of roots.keys())
    if (!outcomes.has(index))
      findings.add('outcome', at(run, ` page ${index}`), 'was settled, and its outcomes are missing');
  for (const { body } of events) {
    const index = Number(body.data['page']) - 1;
    if (body.type === 'execution.page_intended' && body.data['pageHash'] !== plan.pageHashes[index])
      findings.add('page', at(run, ` page ${index}`), 'another page was begun than was signed');
  }
  const keys = new Set<string>();
  return (pack.pages.get(execution.id) ?? []).flatMap((effects, index) => {
    const list = outcomes.get(index);
    if (list !== undefined && list.length !== effects.length)
      findings.add('outcome', at(run, ` page ${index}`), `has ${list.length} outcomes for ${effects.length} effects`);
    return effects.map((effect, place): DoneEffect => {
      const effectId = derivedId('effect', execution.id, effect.key);
      const outcome = list?.[place] ?? null;
      if (keys.has(effect.key)) findings.add('outcome', at(run, ` effect ${effect.key}`), 'is in the plan twice');
      keys.add(effect.key);
      if (outcome !== null && (outcome.key !== effect.key || outcome.effectId !== effectId))
        findings.add('outcome', at(run, ` effect ${effect.key}`), 'its outcome is that of another effect');
      const journalId = effect.journal === null ? null : derivedId('journal', effectId);
      return { effect, effectId, journalId, outcome, begun: begun.has(index) };
    });
  });
}

/** The hash of each page's outcomes: the one in the newest event that changed them. */
function outcomeRoots(run: Run, events: readonly AuditEvent[]): Map<number, string> {
  const roots = new Map<number, { readonly version: number; readonly root: string }>();
  const settled = new Set<number>();
  for (const { body } of events) {
    const version = executionVersion(body);
    const newest = (index: number, root: string): void => {
      if (version >= (roots.get(index)?.version ?? 0)) roots.set(index, { version, root });
    };
    if (body.type === 'execution.page_settled') {
      const index = Number(body.data['page']) - 1;
      if (settled.has(index)) run.findings.add('outcome', at(run, ` page ${index}`), 'was settled twice');
      settled.add(index);
      newest(index, body.data['outcomesRoot'] ?? '');
    }
    for (const [name, value] of Object.entries(body.data)) {
      const [, index] = /^outcomesRoot\.(\d+)$/.exec(name) ?? [];
      if (index !== undefined) newest(Number(index), value);
    }
  }
  return new Map([...roots].map(([index, { root }]) => [index, root]));
}

const MONEY: readonly string[] = ['stripe.payout', 'stripe.transfer'];

/** What the run says was done, against its outcomes. */
function checkTally(run: Run, plan: Plan, effects: readonly DoneEffect[]): void {
  const { execution, findings } = run;
  const { tally } = execution;
  if (tally === null || execution.endedAt === null) return;
  const counts = { succeeded: 0, failed: 0, unknown: 0 };
  const paid = new Map<string, bigint>();
  for (const { effect, outcome, begun } of effects) {
    const status = outcome === null && begun ? 'unknown' : (outcome?.status ?? 'not_done');
    if (status !== 'not_done') counts[status] += 1;
    if (status !== 'succeeded' || !MONEY.includes(effect.kind)) continue;
    const { currency, amountMinor } = effect.data as { currency: string; amountMinor: string };
    paid.set(currency, (paid.get(currency) ?? 0n) + BigInt(amountMinor));
  }
  const told = tally.counts;
  // A page that was begun and never settled may have left some of its effects out: they are not counted again here.
  const open = effects.some(({ outcome, begun }) => outcome === null && begun);
  if (
    told !== null &&
    !open &&
    (told.succeeded !== counts.succeeded || told.failed !== counts.failed || told.unknown !== counts.unknown)
  )
    findings.add('outcome', at(run), 'counts other outcomes than it has');
  const sums = [...paid].map(([currency, sum]) => `${currency} ${sum}`).toSorted();
  if (
    tally.succeeded
      .map(({ currency, amountMinor }) => `${currency} ${amountMinor}`)
      .toSorted()
      .join() !== sums.join()
  )
    findings.add('outcome', at(run), 'says that it paid other sums than its outcomes come to');
  if (
    (execution.state === 'completed') !== (counts.succeeded === plan.effectCount) &&
    ['completed', 'needs_repair'].includes(execution.state)
  )
    findings.add(
      'outcome',
      at(run),
      `says ${execution.state}; ${counts.succeeded} of ${plan.effectCount} effects succeeded`,
    );
}
