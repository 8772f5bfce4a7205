import { isDeepStrictEqual } from 'node:util';
import { chooseRule, type ChosenRule } from '@countersign/domain/approval/policy';
import { AppError, assert, isAppError, toAppError } from '@countersign/domain/errors';
import { amountsInWords, plural } from '@countersign/domain/plan/sentence';
import { assertSoundEffects } from '@countersign/domain/plan/effect-checks';
import { coarseOf } from '@countersign/domain/plan/states';
import { paths } from '@countersign/domain/paths';
import { fileIssueSchema } from '@countersign/domain/schemas/file';
import { toStoredPage, type Effect } from '@countersign/domain/schemas/effect';
import type { Execution, Plan, Problem } from '@countersign/domain/schemas/execution';
import * as z from 'zod';
import { config } from '../config.ts';
import { log as platformLog } from '../log.ts';
import { refs } from '../refs.ts';
import { read, type Write } from '../store/database.ts';
import { documentBytes } from '../store/limits.ts';
import type { BuiltPlugin } from './catalogue.ts';
import { keepCode } from './kept-code.ts';
import { activePolicy } from './active-policy.ts';
import { ChangeSet } from './change-set.ts';
import { releaseClaimsOf, takeClaims } from './claims.ts';
import type { Deps } from './deps.ts';
import { ExecutionLog } from './execution-log.ts';
import { findNearDuplicates } from './near-duplicates.ts';
import { parsePlanOutput, type PlanOutput } from './plugin-output.ts';
import { assessPlan } from './plan-traits.ts';
import { summarizePlan, toPages } from './plan-summary.ts';
import { assertDoable } from './predict-effects.ts';
import { planHandlers, runInSandbox } from './plugin-host.ts';
import { PlanFiles } from './plan-files.ts';
import { earlierRuns, withoutDone, type EarlierRuns } from './resume.ts';
import { payeesWrite } from './queue-payees.ts';
import { ReadRecorder } from './read-recorder.ts';
import { assertParametersTaken } from './validate-parameters.ts';
import { noteDrafts } from './sweep-drafts.ts';
import { fenced, release, type Lease } from './work.ts';

const PROBLEMS_A_PAGE = 200;
const COMMIT_BYTES = 4 * 1024 * 1024;
const COMMIT_WRITES = 400;
const MAX_RACES = 3;

/**
 * Plan an execution: run the plugin in the sandbox, take the claims, store the pages, choose the policy, and ask for
 * signatures. Ends in `awaiting_approval` or `failed`; changes nothing outside.
 */
export async function planExecution(deps: Deps, lease: Lease, execution: Execution): Promise<void> {
  const started = deps.now().getTime();
  const log = new ExecutionLog(deps, lease.orgId, execution.id, lease.token);
  try {
    const plan = await planWithClaims(deps, lease, execution, log);
    platformLog.planned({
      orgId: lease.orgId,
      executionId: execution.id,
      effects: plan.effectCount,
      problems: plan.problemCount,
      ms: deps.now().getTime() - started,
    });
  } catch (error) {
    const failure = toAppError(error);
    if (failure.code === 'lease_lost' || failure.retryable) throw error;
    if (failure.code === 'internal')
      platformLog.planFailed({
        orgId: lease.orgId,
        executionId: execution.id,
        message: failure.message,
        stack: failure.cause instanceof Error ? failure.cause.stack : failure.stack,
      });
    await failPlan(deps, lease, execution, failure, log);
  } finally {
    await log.flush();
  }
}

async function planWithClaims(deps: Deps, lease: Lease, execution: Execution, log: ExecutionLog): Promise<Plan> {
  for (let race = 1; ; race += 1) {
    const draft = await draftPlan(deps, lease, execution, log);
    try {
      await takeClaims(deps, lease, execution.id, draft.effects);
    } catch (error) {
      const failure = toAppError(error);
      if (failure.code !== 'claim_taken') throw error;
      // A plugin that does not look would propose the same for ever.
      if (race >= MAX_RACES) throw new AppError('claim_taken', failure.message, { details: failure.details });
      log.line('info', 'Another run took a reference meanwhile; planning again');
      await releaseClaimsOf(deps, lease, execution.id);
      continue;
    }
    return storePlan(deps, lease, execution, draft, log);
  }
}

interface Draft {
  readonly plugin: BuiltPlugin;
  readonly output: PlanOutput;
  readonly effects: readonly Effect[];
  readonly recorder: ReadRecorder;
  /** What the runs that this one resumes have done. */
  readonly earlier: EarlierRuns;
}

async function draftPlan(deps: Deps, lease: Lease, execution: Execution, log: ExecutionLog): Promise<Draft> {
  const plugin = await deps.catalogue.find(execution.plugin.name, execution.plugin.codeHash, lease.orgId);
  await keepCode(deps.objects, plugin);
  const recorder = new ReadRecorder(deps.now);
  log.line('info', `Planning with ${plugin.manifest.title} ${plugin.manifest.version}`);
  const input = { parameters: execution.parameters, execution: { id: execution.id, title: execution.title } };
  if (plugin.manifest.capabilities.includes('files.write')) await noteDrafts(deps, lease, execution.id);
  const files = new PlanFiles(deps, lease.orgId, execution, lease.token);
  const earlier = await earlierRuns(deps, lease.orgId, execution);
  const handlers = planHandlers(deps, lease.orgId, execution, recorder, files, earlier.executionIds);
  const { output, drafts } = await (async () => {
    try {
      const result = await runInSandbox(deps, plugin, execution, 'execute', input, handlers, log);
      assertParametersTaken(result);
      return { output: withoutDone(parsePlanOutput(result), earlier), drafts: await files.settle(recorder) };
    } finally {
      await files.close();
    }
  })();
  assertSoundEffects(output.effects, plugin.manifest.capabilities);
  // Nothing to do because nothing can be done is a failure; a plan that only reads has nothing to do.
  if (output.effects.length === 0 && output.problems.some((problem) => problem.severity === 'refused'))
    throw new AppError('input_error', output.message, { details: { problems: output.problems } });
  const organization = await read(deps.db, refs.organization(lease.orgId));
  assert(organization !== null, 'an execution has an organization');
  const world = { orgId: lease.orgId, executionId: execution.id, organization, db: deps.db, drafts };
  await assertDoable(world, output.effects);
  return { plugin, output, effects: output.effects, recorder, earlier };
}

async function storePlan(
  deps: Deps,
  lease: Lease,
  execution: Execution,
  draft: Draft,
  log: ExecutionLog,
): Promise<Plan> {
  const { orgId } = lease;
  const attempt = lease.token;
  const now = deps.now();
  const pages = toPages(draft.effects, config.pageSize, attempt, now.toISOString());
  const pageWrites = pages.map((page): Write => ({
    op: 'create',
    path: paths.page(orgId, execution.id, attempt, page.index),
    data: toStoredPage(page),
  }));
  const [nearDuplicates] = await Promise.all([
    findNearDuplicates(deps, lease, execution, draft.effects, draft.earlier.executionIds),
    commitInChunks(deps, lease, [
      ...pageWrites,
      ...payeesWrite(orgId, execution.id, attempt, draft.effects),
      ...draft.recorder.toWrites(orgId, execution.id, attempt),
    ]),
  ]);
  const output = { ...draft.output, problems: [...draft.output.problems, ...nearDuplicates] };
  await commitInChunks(deps, lease, problemPages(orgId, execution.id, attempt, output.problems));
  const { manifest } = draft.plugin;
  const [assessment, provider, policy] = await Promise.all([
    assessPlan(deps, lease, execution, manifest, draft.effects, draft.output.problems),
    providerOf(deps, orgId, draft.plugin.manifest.capabilities),
    activePolicy(deps.db, orgId),
  ]);
  const chosen = chooseRule(policy, assessment.traits);
  const rule = draft.effects.length === 0 ? nothingToSign(chosen) : chosen;
  const plan = summarizePlan({
    orgId,
    execution,
    attempt,
    output,
    pages,
    reads: draft.recorder.summary(),
    provider,
    rule,
    ...assessment,
    now,
  });
  log.line('info', plan.sentence);
  log.line('info', whoSigns(plan));
  await askForSignatures(deps, lease, execution.id, plan);
  return plan;
}

/** A plan without effects does nothing to the world: its results are all there is. */
function nothingToSign(rule: ChosenRule): ChosenRule {
  return { ...rule, rule: 'Nothing to sign: the plan has no effects', levels: [], auto: false };
}

function whoSigns({ policy: { rule, levels, auto }, expiresAt }: Plan): string {
  if (levels.length === 0) return auto ? `${rule}: nobody has to sign, for the policy says so` : rule;
  return `${rule}: ${levels.map((level) => plural(level.people, level.role)).join(', then ')} must sign by ${expiresAt}`;
}

/** The outside account whose money a plan may move; a plugin without a capability for one is bound to none. */
async function providerOf(deps: Deps, orgId: string, capabilities: readonly string[]): Promise<Plan['provider']> {
  if (!capabilities.some((capability) => capability.startsWith('stripe.'))) return NO_PROVIDER;
  const [identity, organization] = [await deps.provider.identity(), await read(deps.db, refs.organization(orgId))];
  const connected = organization?.provider;
  if (connected?.account !== identity.account || connected.mode !== identity.mode)
    throw new AppError(
      'failed_precondition',
      `The Stripe key belongs to ${identity.account} (${identity.mode}), and the organization is connected to ${connected?.account ?? 'none'} (${connected?.mode ?? ''}). Two people must change the connector before anything is planned.`,
    );
  return identity;
}

const NO_PROVIDER = { connector: 'none', account: '', mode: '' } as const;

async function askForSignatures(deps: Deps, lease: Lease, executionId: string, plan: Plan): Promise<void> {
  const now = deps.now().toISOString();
  const asked = await fenced(deps, lease, async (tx) => {
    const ref = refs.execution(lease.orgId, executionId);
    const current = await read(tx, ref);
    if (current === null || current.state !== 'planning') {
      // Due at once: the next step frees what it claimed.
      tx.write(release(lease, now));
      return false;
    }
    const change = new ChangeSet(
      lease.orgId,
      `planned-${executionId}-${plan.attempt}`,
      { kind: 'system', part: 'engine' },
      now,
    );
    const state = plan.policy.levels.length === 0 ? 'approved' : 'awaiting_approval';
    change.change(ref, current, {
      state,
      coarse: coarseOf(state),
      ...(state === 'approved' ? { approvedAt: now } : {}),
      plan,
      progress: { pagesDone: 0, pageCount: plan.pageCount },
      updatedAt: now,
    });
    change.also(release(lease, state === 'approved' ? now : (plan.remindAt ?? plan.expiresAt)));
    tx.write(
      ...change.toWrites('execution.planned', {
        executionId,
        data: {
          digest: plan.digest,
          effects: String(plan.effectCount),
          amounts: amountsInWords(plan.totals),
          payees: String(plan.payeeCount),
          refused: String(plan.problemCount),
          ...assessmentFacts(plan),
        },
      }),
    );
    return true;
  });
  if (!asked) throw new AppError('lease_lost', 'The execution was ended while it was planned');
}

/** By which rule of which policy who must sign, and the risk that was assessed: for the audit log. */
function assessmentFacts({ policy, risk }: Plan): Record<string, string> {
  return {
    policy: policy.id,
    policyVersion: String(policy.version),
    rule: policy.rule,
    ...(policy.auto
      ? { autoApproved: `by rule “${policy.rule}” of policy ${policy.id}, version ${policy.version}` }
      : {}),
    ...(risk === null
      ? {}
      : {
          risk: risk.band,
          riskScore: String(risk.score),
          riskFactors: risk.factors.map(({ code }) => code).join(' '),
        }),
  };
}

const failureProblems = z.object({ problems: z.array(z.custom<Problem>()) });
const failureIssues = z.object({ issues: z.array(fileIssueSchema) });

/** End an execution that can't be planned; what it claimed is free again. */
async function failPlan(
  deps: Deps,
  lease: Lease,
  execution: Execution,
  failure: AppError,
  log: ExecutionLog,
): Promise<void> {
  const { orgId } = lease;
  const now = deps.now().toISOString();
  const problems = problemsOf(failure);
  log.line('error', failure.message);
  await commitInChunks(deps, lease, problemPages(orgId, execution.id, lease.token, problems));
  await fenced(deps, lease, async (tx) => {
    const ref = refs.execution(orgId, execution.id);
    const current = await read(tx, ref);
    if (current === null || current.state !== 'planning') {
      tx.write(release(lease, now));
      return;
    }
    const change = new ChangeSet(
      orgId,
      `plan-failed-${execution.id}-${lease.token}`,
      { kind: 'system', part: 'engine' },
      now,
    );
    change.change(ref, current, {
      state: 'failed',
      coarse: coarseOf('failed'),
      error: { code: failure.code, message: messageOf(failure) },
      endedAt: now,
      updatedAt: now,
      // The failed plan's problems are pages of this attempt.
      progress: { pagesDone: 0, pageCount: 0 },
    });
    // Due at once: the next step frees what it claimed.
    change.also(release(lease, now));
    tx.write(
      ...change.toWrites('execution.plan_failed', {
        executionId: execution.id,
        data: { code: failure.code, problems: String(problems.length) },
      }),
    );
  });
}

/** An internal fault is ours: its text goes to the platform's log, not to the person. */
function messageOf(failure: AppError): string {
  return failure.code === 'internal'
    ? 'The run could not be planned because of a fault in the platform. Nothing was done.'
    : failure.message;
}

function problemsOf(failure: AppError): Problem[] {
  const withProblems = failureProblems.safeParse(failure.details);
  if (withProblems.success) return withProblems.data.problems;
  const withIssues = failureIssues.safeParse(failure.details);
  if (!withIssues.success) return [];
  return withIssues.data.issues.map((issue) => ({ ...issue, reference: null, severity: 'refused' as const }));
}

function problemPages(orgId: string, executionId: string, attempt: number, problems: readonly Problem[]): Write[] {
  const writes: Write[] = [];
  for (let start = 0, index = 0; start < problems.length; start += PROBLEMS_A_PAGE, index += 1) {
    writes.push({
      op: 'create',
      path: paths.problemPage(orgId, executionId, attempt, index),
      data: { attempt, index, problems: problems.slice(start, start + PROBLEMS_A_PAGE) },
    });
  }
  return writes;
}

/** Many documents of one attempt, in commits bounded by bytes and by number. */
async function commitInChunks(deps: Deps, lease: Lease, writes: readonly Write[]): Promise<void> {
  let chunk: Write[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    const batch = chunk;
    chunk = [];
    bytes = 0;
    if (batch.length === 0) return;
    try {
      await fenced(deps, lease, async (tx) => tx.write(...batch));
    } catch (error) {
      if (!isAppError(error) || error.code !== 'already_exists' || !(await areThere(deps, batch))) throw error;
    }
  };
  for (const write of writes) {
    const size = write.op === 'delete' ? 0 : documentBytes(write.path, write.data);
    if (chunk.length >= COMMIT_WRITES || bytes + size > COMMIT_BYTES) await flush();
    chunk.push(write);
    bytes += size;
  }
  await flush();
}

/** The commit has gone through before, and its reply was lost: what it would create lies there just so. */
async function areThere(deps: Deps, writes: readonly Write[]): Promise<boolean> {
  const stored = await deps.db.getAll(writes.map(({ path }) => path));
  return writes.every((write, at) => write.op === 'create' && isDeepStrictEqual(stored[at]?.data, write.data));
}
