import type { PackReport } from '@countersign/domain/evidence/verify-pack';

const count = (many: number, one: string, more = `${one}s`): string =>
  `${many.toLocaleString('en-US')} ${many === 1 ? one : more}`;

/** What was checked, with counts; the first broken thing first; and what the pack can't show. */
export function packSentences(report: PackReport): string[] {
  const { counts } = report;
  const lines = [
    `Pack: ${aboutOf(report)}, ${count(counts.lines, 'line')}`,
    ...report.checkpoints.map(
      ({ stream, size, root, witnesses, later }) =>
        `Checkpoint: the ${stream} log at ${count(size, 'leaf', 'leaves')}, root ${root.slice(0, 16)}…${witnesses.length > 0 ? `, cosigned by ${witnesses.join(', ')}` : ''}${later === null ? '' : `; one at ${later.toLocaleString('en-US')} goes on from it`}`,
    ),
    `Leaves: ${count(counts.leaves, 'leaf', 'leaves')} in their places: ${count(counts.events, 'event')}, ${count(counts.journals, 'journal')}`,
    `Runs: ${count(counts.executions, 'run')}, ${count(counts.effects, 'effect')} signed, performed and booked as they say; ${count(counts.documents, 'document')} as their events left them`,
  ];
  for (const { stream, within, hashed } of report.period)
    lines.push(
      `Period: the ${stream} log is whole: ${count(within, 'leaf', 'leaves')}${hashed > 0 ? `, and ${count(hashed, 'more')} by hash` : ''}`,
    );
  if (counts.earlierCheckpoints > 0)
    lines.push(`Earlier: goes on from ${count(counts.earlierCheckpoints, 'earlier checkpoint')}`);
  if (counts.opened > 0) lines.push(`Personal: ${count(counts.opened, 'value')} as committed to`);
  const verdict = report.ok ? ['All of it holds.'] : problems(report);
  const unknown =
    report.unknown.length === 0 ? [] : ['What this pack does not show:', ...report.unknown.map((one) => `  · ${one}`)];
  // What was counted says nothing while something does not hold.
  return report.ok ? [...lines, ...verdict, ...unknown] : [`Pack: ${aboutOf(report)}`, ...verdict];
}

function aboutOf({ organization, subject }: PackReport): string {
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
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ];
}
