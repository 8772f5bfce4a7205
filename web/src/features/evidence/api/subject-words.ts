import type { EvidenceExport } from '@countersign/domain/schemas/evidence';

/** What a pack or a file is about; a run is named by whoever knows its title. */
export function subjectInWords(subject: EvidenceExport['subject']): string {
  switch (subject.kind) {
    case 'execution':
      return 'One run';
    case 'period':
      return subject.from === subject.to ? `The day ${subject.from} (UTC)` : `${subject.from} to ${subject.to} (UTC)`;
    case 'consistency':
      return `Proofs from ${subject.audit.toLocaleString('en')} events and ${subject.ledger.toLocaleString('en')} ledger records to the newest checkpoints`;
    case 'ledger':
      return subject.format === 'chart' ? 'Chart of accounts, as CSV' : `Ledger, as ${FORMATS[subject.format]}`;
  }
}

const FORMATS = { beancount: 'a beancount file', hledger: 'an hledger file', csv: 'CSV' } as const;

/** What is in it: what there is none of is left out. */
export function countsInWords(counts: NonNullable<EvidenceExport['counts']>): string {
  const parts = (['executions', 'events', 'journals', 'documents'] as const)
    .filter((key) => counts[key] > 0)
    .map((key) => `${counts[key].toLocaleString('en')} ${counts[key] === 1 ? SINGULAR[key] : PLURAL[key]}`);
  return parts.join(', ');
}

const PLURAL = { executions: 'runs', events: 'events', journals: 'journals', documents: 'documents' } as const;
const SINGULAR = { executions: 'run', events: 'event', journals: 'journal', documents: 'document' } as const;

/** Why a period can't be asked for, or null; the same limits as the server has. */
export function periodProblem(from: string, to: string): string | null {
  if (from === '' || to === '') return 'Choose both days';
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  if (days < 1) return 'The last day lies before the first';
  return days > MAX_DAYS ? `A pack covers ${MAX_DAYS} days at most; ask for several` : null;
}

const DAY_MS = 86_400_000;
const MAX_DAYS = 366;
