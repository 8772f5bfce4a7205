import type { PackReport } from '@countersign/domain/evidence/report';

const MAX_RUNS = 20;

const count = (many: number, one: string, more = `${one}s`): string =>
  `${many.toLocaleString('en-US')} ${many === 1 ? one : more}`;

/** What was checked, with counts; the first broken thing first; and what the pack can't show. */
export function packSentences(report: PackReport): string[] {
  const lines = report.ok ? held(report) : [`Pack: ${aboutOf(report)}`, ...problems(report)];
  return lines.map(printable);
}

function held({ counts, checkpoints, runs, period, unknown, keyFromPack, ...report }: PackReport): string[] {
  const leaves = (many: number): string => count(many, 'leaf', 'leaves');
  return [
    `Pack: ${aboutOf(report)}, ${count(counts.lines, 'line')}`,
    ...checkpoints.map(({ stream, size, root, witnesses, later }) => {
      const by = witnesses.length > 0 ? `, cosigned by ${witnesses.join(', ')}` : '';
      const after = later === null ? '' : `; one at ${later.toLocaleString('en-US')} goes on from it`;
      return `Checkpoint: the ${stream} log at ${leaves(size)}, root ${root.slice(0, 16)}…${by}${after}`;
    }),
    `Leaves: ${leaves(counts.leaves)} in their places: ${count(counts.events, 'event')}, ${count(counts.journals, 'journal')}`,
    `Documents: ${count(counts.documents, 'document')} as their events left them${counts.opened === 0 ? '' : `; ${count(counts.opened, 'personal value')} as committed to`}`,
    ...runs.slice(0, MAX_RUNS).map(runSentence),
    ...(runs.length > MAX_RUNS ? [`Runs: ${count(runs.length - MAX_RUNS, 'more run')}, as they were signed`] : []),
    ...period.map(({ stream, within, hashed }) => {
      const more = hashed > 0 ? `, and ${count(hashed, 'more')} by hash` : '';
      return `Period: no leaf of the ${stream} log is missing: ${leaves(within)}${more}`;
    }),
    ...when(counts.earlierCheckpoints > 0, `Earlier: goes on from ${count(counts.earlierCheckpoints, 'checkpoint')}`),
    `All of it holds${keyFromPack ? ', under the key that came with it' : ''}. What it does not show:`,
    ...unknown.map((one) => `  · ${one}`),
  ];
}

/** A run as its pack shows it: who asked, who signed, what became of its effects, what was paid. */
function runSentence({ id, state, requestedBy, signatures, counts, paid }: PackReport['runs'][number]): string {
  const { succeeded, failed, unknown, not_done: rest } = counts;
  const signed = signatures.length === 0 ? 'signed by nobody' : `signed by ${signatures.join(', ')}`;
  const done = `${succeeded} done, ${failed} failed, ${unknown} unknown, ${rest} not done`;
  return `Run ${id}: ${state}, asked for by ${requestedBy}, ${signed}; ${done}; paid ${paid.join(', ') || 'nothing'}${paid.length > 0 ? ' (minor units)' : ''}`;
}

type About = Pick<PackReport, 'organization' | 'subject'>;

function aboutOf({ organization, subject }: About): string {
  if (subject === null) return 'of nothing that can be read';
  if (subject.kind === 'execution') return `run ${subject.executionId} of ${organization}`;
  if (subject.kind === 'period') return `${subject.from} to ${subject.to} of ${organization}`;
  return `proofs from earlier checkpoints of ${organization}`;
}

function problems({ findings, findingCount }: PackReport): string[] {
  const more = findingCount - findings.length;
  return [
    `${count(findingCount, 'thing does', 'things do')} not hold:`,
    ...findings.map(({ rule, where, message }) => `  ✗ ${rule}: ${where}: ${message}`),
    ...when(more > 0, `  … and ${more} more`),
  ];
}

const when = (is: boolean, sentence: string): string[] => (is ? [sentence] : []);

/** What comes from a pack can't move the cursor, clear the screen, or run from right to left. */
function printable(line: string): string {
  return line.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`);
}
