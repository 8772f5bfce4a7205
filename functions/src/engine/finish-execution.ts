import { toAppError } from '@countersign/domain/errors';
import { derivedId, sha256Hex } from '@countersign/domain/hash';
import { objectPaths, paths } from '@countersign/domain/paths';
import type { Effect, Outcome } from '@countersign/domain/schemas/effect';
import type { Execution, Plan, Problem } from '@countersign/domain/schemas/execution';
import type { StoredFile } from '@countersign/domain/schemas/file';
import { problemPageSchema } from '@countersign/domain/schemas/effect';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { drainStream } from '../streams/index.ts';
import { compareWithProvider } from './agreement.ts';
import { ChangeSet } from './change-set.ts';
import { releaseClaimsOf } from './claims.ts';
import type { Deps } from './deps.ts';
import { ExecutionLog } from './execution-log.ts';
import { payeeWrites } from './new-payees.ts';
import { readPages, readTally } from './outcomes.ts';
import { parseReportOutput, type ReportOutput } from './plugin-output.ts';
import { reportHandlers, runInSandbox } from './plugin-host.ts';
import { settleRollups } from './rollups.ts';
import { askAfterReport } from './settle-unknown.ts';
import { fenced, release, type Lease } from './work.ts';

const PROBLEM_PAGES = 1_000;
const PAYEES_A_COMMIT = 300;

/**
 * After the last effect: the plugin's report on the real outcomes, its files published, and the comparison of ledger
 * and provider for the accounts that were paid. It can change nothing that was done.
 */
export async function finishExecution(deps: Deps, lease: Lease, execution: Execution): Promise<void> {
  const { plan } = execution;
  const log = new ExecutionLog(deps, lease.orgId, execution.id, lease.token);
  try {
    if (plan === null || execution.report !== null) {
      await fenced(deps, lease, async (tx) => tx.write(release(lease, null)));
      return;
    }
    const { keep, begun } = await readTally(deps, lease.orgId, execution.id, plan);
    await releaseClaimsOf(deps, lease, execution.id, keep, begun);
    const results = await collect(deps, lease.orgId, execution, plan);
    await rememberPayees(deps, lease, execution, results);
    await settleRollups(deps, lease, execution, results.effects, doneOrMaybe(results));
    const [agreement, report] = [
      await compareWithProvider(deps, lease.orgId, results.effects, results.outcomes),
      await runReport(deps, lease.orgId, execution, results, log),
    ];
    const files = await publish(deps, lease, execution, report);
    const now = deps.now().toISOString();
    await fenced(deps, lease, async (tx) => {
      const ref = refs.execution(lease.orgId, execution.id);
      const current = await read(tx, ref);
      if (current === null) return;
      // Something was settled while the report was made: it is made again, from what is known now.
      if (current.version !== execution.version) {
        tx.write(release(lease, now));
        return;
      }
      const change = new ChangeSet(
        lease.orgId,
        `reported-${execution.id}-${lease.token}`,
        { kind: 'system', part: 'engine' },
        now,
      );
      change.change(ref, current, {
        report: { success: report.success, message: report.message, files },
        agreement,
        updatedAt: now,
      });
      change.also(release(lease, askAfterReport(current, deps.now())));
      tx.write(
        ...change.toWrites('execution.reported', {
          executionId: execution.id,
          data: {
            files: String(files.length),
            comparedAccounts: String(agreement?.accounts ?? 0),
            differences: String(agreement?.differenceCount ?? 0),
          },
        }),
      );
    });
    await drainStream(deps.streams, lease.orgId, 'audit');
  } finally {
    await log.flush();
  }
}

interface Results {
  readonly effects: readonly Effect[];
  readonly outcomes: readonly Outcome[];
  readonly problems: readonly Problem[];
}

/** Everything that the report is told: the signed effects, what became of each, and the rows that were left out. */
async function collect(deps: Deps, orgId: string, execution: Execution, plan: Plan): Promise<Results> {
  const effects: Effect[] = [];
  const outcomes: Outcome[] = [];
  for await (const page of readPages(deps, orgId, execution.id, plan)) {
    effects.push(...page.effects);
    outcomes.push(...(page.settled?.outcomes ?? []));
  }
  const pages = await deps.db.query({
    collection: paths.problems(orgId, execution.id),
    where: [['attempt', '==', plan.attempt]],
    limit: PROBLEM_PAGES,
  });
  const problems = pages
    .map((page) => problemPageSchema.parse(page.data))
    .sort((a, b) => a.index - b.index)
    .flatMap((page) => page.problems);
  return { effects, outcomes, problems };
}

/** Effects that were done, or may have been. */
function doneOrMaybe({ effects, outcomes }: Results): Effect[] {
  const keys = new Set(
    outcomes.filter(({ status }) => status === 'succeeded' || status === 'unknown').map(({ key }) => key),
  );
  return effects.filter(({ key }) => keys.has(key));
}

async function rememberPayees(deps: Deps, lease: Lease, execution: Execution, results: Results): Promise<void> {
  const done = new Set(
    results.outcomes.filter((outcome) => outcome.status === 'succeeded').map((outcome) => outcome.key),
  );
  const writes = payeeWrites(
    lease.orgId,
    execution.id,
    results.effects.filter((effect) => done.has(effect.key)),
    deps.now().toISOString(),
  );
  for (let start = 0; start < writes.length; start += PAYEES_A_COMMIT)
    await deps.db.commit(writes.slice(start, start + PAYEES_A_COMMIT));
}

/** A report that fails takes nothing back: it is replaced by a plain one that says so. */
async function runReport(
  deps: Deps,
  orgId: string,
  execution: Execution,
  results: Results,
  log: ExecutionLog,
): Promise<ReportOutput> {
  try {
    const plugin = await deps.catalogue.find(execution.plugin.name, execution.plugin.codeHash, orgId);
    const input = {
      execution: { id: execution.id, title: execution.title },
      parameters: execution.parameters,
      ...results,
    };
    return parseReportOutput(
      await runInSandbox(deps, plugin, execution, 'report', input, reportHandlers(deps, execution), log),
    );
  } catch (error) {
    const failure = toAppError(error);
    log.line('error', `The report could not be made: ${failure.message}`);
    return {
      success: false,
      message: 'The effects stand as shown; the report on them could not be made.',
      files: [],
      notifications: [],
    };
  }
}

async function publish(
  deps: Deps,
  lease: Lease,
  execution: Execution,
  report: ReportOutput,
): Promise<NonNullable<Execution['report']>['files']> {
  const published: NonNullable<Execution['report']>['files'] = [];
  for (const file of report.files) {
    const bytes = new TextEncoder().encode(file.text);
    const storagePath = objectPaths.result(lease.orgId, `${execution.id}-${lease.token}`, file.name);
    const { generation } = await deps.objects.write(storagePath, bytes, file.contentType);
    const id = derivedId('result-file', lease.orgId, storagePath);
    const now = deps.now().toISOString();
    const stored: Omit<StoredFile, 'version'> = {
      id,
      name: file.name,
      revision: 1,
      kind: 'result',
      status: 'ready',
      storagePath,
      generation,
      sha256: sha256Hex(bytes),
      sizeBytes: bytes.length,
      declaredType: file.contentType,
      detectedType: file.contentType === 'text/csv' ? 'csv' : 'text',
      profile: null,
      issues: [],
      uploadedBy: null,
      executionId: execution.id,
      createdAt: now,
      erasedAt: null,
    };
    await fenced(deps, lease, async (tx) => {
      const change = new ChangeSet(lease.orgId, `published-${id}`, { kind: 'system', part: 'engine' }, now);
      change.create(refs.file(lease.orgId, id), stored);
      tx.write(
        ...change.toWrites('file.published', {
          executionId: execution.id,
          data: { name: file.name, sha256: stored.sha256 },
        }),
      );
    });
    published.push({ fileId: id, name: file.name, storagePath, sizeBytes: bytes.length, sha256: stored.sha256 });
  }
  return published;
}
