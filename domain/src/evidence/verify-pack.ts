import { isAppError } from '../errors.ts';
import type { Execution } from '../schemas/execution.ts';
import type { StreamName } from '../schemas/stream.ts';
import { checkDocuments, checkOpenings, eventsOf, versionsOf } from './check-documents.ts';
import { checkExecution } from './check-execution.ts';
import { checkJournals, checkSources, journalsOf } from './check-journals.ts';
import { checkLater, checkLogs, keyOf, readLater, STREAMS, type Keys, type Logs } from './check-logs.ts';
import { checkPeriod, type PeriodLeaves } from './check-period.ts';
import { Findings, type Finding } from './findings.ts';
import type { Subject } from './pack.ts';
import { documentAt, readPack, type Pack } from './read-pack.ts';

export interface PackReport {
  readonly ok: boolean;
  /** The first hundred things that do not hold, the first one first. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  readonly organization: string | null;
  readonly subject: Subject | null;
  readonly counts: {
    readonly lines: number;
    readonly executions: number;
    readonly effects: number;
    readonly documents: number;
    readonly events: number;
    readonly journals: number;
    readonly leaves: number;
    readonly earlierCheckpoints: number;
    readonly opened: number;
  };
  readonly checkpoints: readonly {
    readonly stream: StreamName;
    readonly size: number;
    readonly root: string;
    /** Witnesses whose cosignature holds. */
    readonly witnesses: readonly string[];
    /** Size of a later checkpoint that goes on from it; null when none was at hand. */
    readonly later: number | null;
  }[];
  readonly period: readonly PeriodLeaves[];
  /** What this pack can't show, in sentences. */
  readonly unknown: readonly string[];
}

export interface PackOptions extends Keys {
  /** Texts of later checkpoints, packs or consistency files. */
  readonly later: readonly string[];
}

/**
 * Check an evidence pack by itself: no network, no database. Everything in it is held against two signed checkpoints;
 * what it can't show is said. It never throws for what a pack holds.
 */
export async function verifyPack(chunks: AsyncIterable<Uint8Array>, options: PackOptions): Promise<PackReport> {
  const findings = new Findings();
  const pack = await readPack(chunks, findings);
  const report: Mutable = {
    executions: 0,
    effects: 0,
    events: 0,
    journals: 0,
    opened: 0,
    logs: new Map(),
    later: new Map(),
    period: [],
  };
  try {
    await checkPack(pack, options, findings, report);
  } catch (error) {
    // Something is of another form than what the platform writes; that it is not what was signed was found before.
    findings.add('form', 'pack', `can not be read to its end: ${isAppError(error) ? error.message : String(error)}`);
  }
  return reportOf(pack, options, findings, report);
}

interface Mutable {
  executions: number;
  effects: number;
  events: number;
  journals: number;
  opened: number;
  logs: Logs;
  later: ReadonlyMap<StreamName, number>;
  period: PeriodLeaves[];
}

async function checkPack(pack: Pack, options: PackOptions, findings: Findings, report: Mutable): Promise<void> {
  const { manifest } = pack;
  if (manifest === null) return findings.add('form', 'line 1', 'the manifest is missing');
  const key = keyOf(pack, options, findings);
  if (key === null) return;
  const { organization, subject } = manifest;
  report.logs = await checkLogs(pack, organization, key, options, findings);
  const events = eventsOf(pack, findings);
  report.events = events.length;
  checkDocuments(pack, versionsOf(events, findings), findings);
  report.opened = checkOpenings(pack, events, findings);

  const journals = journalsOf(pack, findings);
  report.journals = journals.size;
  const executions = pack.documents.filter(({ path }) => /^executions\/[^/]+$/.test(path));
  const effects = executions.flatMap(({ document: one }) =>
    checkExecution(pack, organization, one as unknown as Execution, events, findings),
  );
  report.executions = executions.length;
  report.effects = effects.length;
  checkJournals(journals, effects, findings);
  const ids = new Set(executions.map(({ path }) => path.slice('executions/'.length)));
  checkSources(journals, ids, effects, findings);
  checkNothingLoose(pack, ids, findings);
  checkSubject(pack, subject, ids, report, findings);
  for (const text of options.later) {
    const later = await checkLater(pack, readLater(text), report.logs, organization, key, options, findings);
    report.later = new Map([...report.later, ...later]);
  }
}

/** Pages, outcomes, reads and code belong to a run in the pack: by themselves they prove nothing. */
function checkNothingLoose(pack: Pack, executionIds: ReadonlySet<string>, findings: Findings): void {
  for (const id of [...pack.pages.keys(), ...pack.outcomes.keys(), ...pack.reads.keys()])
    if (!executionIds.has(id)) findings.add('page', `executions/${id}`, 'has pages, and the run itself is missing');
  const used = new Set(
    [...executionIds].map((id) => (documentAt(pack, `executions/${id}`) as unknown as Execution).plugin.codeHash),
  );
  for (const hash of pack.code.keys())
    if (!used.has(hash)) findings.add('code', `code ${hash}`, 'is the code of no run in the pack');
}

function checkSubject(
  pack: Pack,
  subject: Subject,
  executionIds: ReadonlySet<string>,
  report: Mutable,
  findings: Findings,
): void {
  if (subject.kind === 'execution') {
    if (executionIds.size !== 1 || !executionIds.has(subject.executionId))
      findings.add('document', `executions/${subject.executionId}`, 'is what the pack is about, and is not in it');
  } else if (subject.kind === 'period') {
    if (![subject.from, subject.to].every((day) => /^\d{4}-\d{2}-\d{2}$/.test(day)) || subject.from > subject.to)
      findings.add('form', 'manifest', `${subject.from} to ${subject.to} is no period`);
    report.period = checkPeriod(pack, subject, report.logs, findings);
  } else if (subject.kind !== 'consistency') {
    findings.add('form', 'manifest', 'is about something that this verifier does not know');
  } else {
    for (const stream of STREAMS) {
      const size = report.logs.get(stream)?.size;
      const tied =
        subject[stream] === size ||
        pack.consistency.some((one) => one.stream === stream && one.size === subject[stream]);
      if (!tied)
        findings.add('consistency', `earlier checkpoint of the ${stream} log at ${subject[stream]}`, 'is missing');
    }
  }
}

function reportOf(pack: Pack, options: PackOptions, findings: Findings, report: Mutable): PackReport {
  const { logs, later, executions, effects, events, journals, opened, period } = report;
  return {
    ok: findings.count === 0,
    findings: findings.kept,
    findingCount: findings.count,
    organization: pack.manifest?.organization ?? null,
    subject: pack.manifest?.subject ?? null,
    counts: {
      lines: pack.lines,
      executions,
      effects,
      documents: pack.documents.length,
      events,
      journals,
      leaves: pack.leaves.audit.length + pack.leaves.ledger.length,
      earlierCheckpoints: pack.consistency.length,
      opened,
    },
    checkpoints: [...logs].map(([stream, { size, root, cosigned }]) => ({
      stream,
      size,
      root,
      witnesses: [...new Set(cosigned.map(({ witness }) => witness))],
      later: later.get(stream) ?? null,
    })),
    period,
    unknown: unknownOf(pack, options, report),
  };
}

/** What a pack like this one can't show, whatever it holds. */
function unknownOf(pack: Pack, options: PackOptions, { logs, later, period }: Mutable): string[] {
  const { manifest } = pack;
  const sentences: string[] = [];
  if (options.publicKey === null)
    sentences.push(
      'Whose signature it is: the public key came with the pack, and whoever made a false pack could have put in a key of their own. Give one that you got elsewhere, with --public-key.',
    );
  const gone = [...pack.code].filter(([, code]) => code === null);
  if (gone.length > 0)
    sentences.push(
      `What the code ${gone.map(([hash]) => hash.slice(0, 12)).join(', ')} does: the platform had it no more, and gives its hash alone.`,
    );
  const open = [...logs].filter(([stream]) => !later.has(stream));
  if (open.length > 0)
    sentences.push(
      `Whether the logs were truncated, rolled back or rewritten afterwards (${open.map(([stream, { size }]) => `${stream} at ${size}`).join(', ')}): that takes a later checkpoint, with --checkpoint.`,
    );
  if (manifest?.subject.kind === 'execution')
    sentences.push(
      'Whether more is said of this run after its last event here: a pack of a period that reaches to the checkpoint shows that nothing is.',
    );
  const hashed = period.filter((one) => one.hashed > 0);
  if (hashed.length > 0)
    sentences.push(
      `What ${hashed.map((one) => `${one.hashed} leaves of the ${one.stream} log`).join(' and ')} say: they are given by their hash alone.`,
    );
  if (manifest !== null && manifest.subject.kind !== 'consistency')
    sentences.push(
      'Whether the world is as the outcomes say: they are what the provider answered. Its own statement shows that.',
    );
  return sentences;
}
