import { isAppError } from '../errors.ts';
import type { StreamName } from '../schemas/stream.ts';
import { checkOpenings, readStory, type Story } from './check-documents.ts';
import { checkExecutions, type ShownRun } from './check-execution.ts';
import { checkJournals, type Booked } from './check-journals.ts';
import { checkLogs, checkOther, checkPeriod, noteReader, STREAMS } from './check-logs.ts';
import type { Keys, Logs, PeriodLeaves } from './check-logs.ts';
import { Findings, type Must } from './findings.ts';
import type { Subject } from './pack.ts';
import { readPack, type Pack } from './read-pack.ts';
import { reportOf, type PackReport } from './report.ts';

export interface PackOptions extends Keys {
  /** Texts of other checkpoints, packs or consistency files, later or earlier than the pack. */
  readonly later: readonly string[];
}

/** What was found out of a pack that could be read to its end. */
export interface Shown {
  readonly story: Story;
  readonly logs: Logs;
  /** Sizes of later checkpoints that go on from the pack's. */
  readonly later: ReadonlyMap<StreamName, number>;
  readonly runs: readonly ShownRun[];
  readonly booked: Booked;
  readonly openings: { readonly opened: number; readonly erased: number };
  readonly period: readonly PeriodLeaves[];
}

/**
 * Check an evidence pack by itself: no network, no database. Everything in it is held against two signed checkpoints;
 * what it can't show is said. It never throws for what a pack holds.
 */
export async function verifyPack(chunks: AsyncIterable<Uint8Array>, options: PackOptions): Promise<PackReport> {
  const findings = new Findings();
  const pack = await readPack(chunks, findings.must);
  const shown = await checkPack(pack, options, findings.must).catch((error: unknown) => {
    // Something is of another form than what the platform writes; that it is not what was signed was found before.
    const message = isAppError(error) ? error.message : String(error);
    findings.must(false, 'form', 'pack', `can not be read to its end: ${message}`);
    return null;
  });
  return reportOf(pack, options, findings, shown);
}

async function checkPack(pack: Pack, options: PackOptions, must: Must): Promise<Shown> {
  const [manifest] = pack.records.manifest;
  if (manifest === undefined) throw new Error('the manifest is missing');
  const { organization, subject } = manifest;
  const read = noteReader(manifest, options, must);
  const logs = await checkLogs(pack, read, must);
  const story = readStory(pack, must);
  const openings = checkOpenings(pack, story, must);
  const runs = checkExecutions(pack, story, organization, must);
  const booked = checkJournals(pack, runs, must);
  const ids = new Set(runs.map(({ execution }) => execution.id));
  checkEnded(story, ids, must);
  if (subject.kind !== 'period') checkSubject(pack, subject, ids, logs, must);
  const period = subject.kind === 'period' ? checkPeriod(pack, subject, logs, must) : [];
  const later = new Map<StreamName, number>();
  for (const text of options.later)
    for (const [stream, size] of await checkOther(text, pack, logs, read, must)) later.set(stream, size);
  return { story, logs, later, runs, booked, openings, period };
}

const ENDS = /^execution\.(completed|needs_repair|rejected|cancelled|expired|drifted|plan_failed)$/;

/** A run whose end is among the events is told in full: else it could have done what nobody sees here. */
function checkEnded({ events }: Story, ids: ReadonlySet<string>, must: Must): void {
  for (const { body } of events) {
    const { executionId, type, data } = body;
    // Who cancels a run that applies only asks for its end.
    const isEnd = ENDS.test(type) && !(type === 'execution.cancelled' && data['state'] === 'applying');
    const isTold = !isEnd || executionId === null || ids.has(executionId);
    must(
      isTold,
      'document',
      `executions/${executionId}`,
      `has ended (event ${body.id}), and the run itself is missing`,
    );
  }
}

function checkSubject(
  pack: Pack,
  subject: Exclude<Subject, { kind: 'period' }>,
  ids: ReadonlySet<string>,
  logs: Logs,
  must: Must,
): void {
  if (subject.kind === 'execution') {
    const isIt = ids.size === 1 && ids.has(subject.executionId);
    return must(
      isIt,
      'document',
      `executions/${subject.executionId}`,
      'is what the pack is about, and is not in it alone',
    );
  }
  for (const stream of STREAMS) {
    const isNewest = subject[stream] === logs.get(stream)?.size;
    const isTied = pack.records.consistency.some((one) => one.stream === stream && one.size === subject[stream]);
    const where = `earlier checkpoint of the ${stream} log at ${subject[stream]}`;
    must(isNewest || isTied, 'consistency', where, 'is missing');
  }
}
