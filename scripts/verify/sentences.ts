import type { Report } from '../../functions/src/streams/verify/index.ts';

const count = (many: number, one: string, more = `${one}s`): string =>
  `${many.toLocaleString('en-US')} ${many === 1 ? one : more}`;

/** What was checked, with counts, and what does not hold, by name. */
export function sentencesOf(report: Report): string[] {
  const { ledger, audit } = report;
  const lines = [
    `Ledger: ${count(ledger.size, 'leaf', 'leaves')} recomputed from ${count(ledger.accounts, 'account')} and ${count(ledger.journals, 'journal')} (${count(ledger.steps, 'step')}), in ${count(ledger.tiles, 'tile')}`,
    `Ledger: ${checkpoints(ledger)}`,
    `Balances: ${count(ledger.balances, 'balance')} of accounts and roll-ups compared with the sum of their journals; trial balance ${trialBalanceOf(report)}${currencies(report)}`,
    `Audit: ${count(audit.size, 'leaf', 'leaves')} recomputed from ${count(audit.events, 'event')}, in ${count(audit.tiles, 'tile')}; personal values of ${count(audit.personal, 'event')} compared with what was committed to`,
    `Audit: ${checkpoints(audit)}`,
    `Documents: ${count(audit.documents, 'audited document')} compared with the last of their events, all versions counted`,
    `Runs: ${count(audit.pages, 'page')} of effects as signed, with the outcomes that the log has the hash of, booked as they say`,
  ];
  for (const { at, lostSince, epoch } of audit.restorations)
    lines.push(
      `Restored: on ${at} the database came back from a backup (epoch ${epoch}); what happened from ${lostSince} until then is not in it`,
    );
  const lost = ledger.lostCheckpoints + audit.lostCheckpoints;
  if (lost > 0)
    lines.push(
      `Restored: ${count(lost, 'published checkpoint')} ${lost === 1 ? 'vouches' : 'vouch'} for what was lost`,
    );
  const waiting = ledger.waiting + audit.waiting;
  if (waiting > 0) lines.push(`${count(waiting, 'commit')} still ${waiting === 1 ? 'waits' : 'wait'} for the writer`);
  if (report.ok) return [...lines, 'All of it holds.'];
  const more = report.findingCount - report.findings.length;
  return [
    ...lines,
    `${count(report.findingCount, 'thing does', 'things do')} not hold:`,
    ...report.findings.map(({ where, message }) => `  ✗ ${where}: ${message}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ];
}

function checkpoints({ checkpoints: held, checkpointSize, size }: Report['ledger'] | Report['audit']): string {
  if (checkpointSize === 0) return 'no published checkpoint at hand, so a history rewritten as a whole would not show';
  const beyond = size - checkpointSize;
  return `${count(held, 'published checkpoint')} ${held === 1 ? 'holds' : 'hold'}, the newest at ${count(checkpointSize, 'leaf', 'leaves')}${beyond > 0 ? `; ${count(beyond, 'leaf', 'leaves')} came after it` : ''}`;
}

const currencies = ({ ledger }: Report): string =>
  ledger.trialBalance.length === 0 ? '' : ` (${ledger.trialBalance.map((row) => row.currency).join(', ')})`;

/** `0` when every currency's debits equal its credits, else the differences in minor units. */
export function trialBalanceOf({ ledger }: Report): string {
  const off = ledger.trialBalance.filter((row) => row.differenceMinor !== 0n);
  return off.length === 0 ? '0' : off.map((row) => `${row.currency} ${row.differenceMinor}`).join(', ');
}
