import type { Alert } from '@countersign/domain/schemas/alert';
import type { Shape, Tone } from '../../../components/execution-state.ts';

export const ALERT_KINDS: Readonly<Record<Alert['kind'], string>> = {
  suspense: 'Entries lie in suspense',
  late_posting: 'Posted for another day',
  revived: 'Money of a voided journal moved after all',
  refused: 'The ledger did not accept a change',
  balance_differs: 'A balance is not what its journals come to',
  stream_differs: 'The log and its documents differ',
  unsealed: 'No checkpoint was signed in time',
  document_differs: 'A document is not what the log says',
  checkpoint_differs: 'A checkpoint does not fit the log',
  witness_silent: 'A witness has not cosigned for long',
  witness_disagrees: 'A witness has seen another log',
};

export const ALERT_MARKS: Readonly<
  Record<Alert['severity'], { readonly tone: Tone; readonly shape: Shape; readonly label: string }>
> = {
  notice: { tone: 'quiet', shape: 'clock', label: 'Notice' },
  warning: { tone: 'act', shape: 'triangle', label: 'Warning' },
  critical: { tone: 'bad', shape: 'octagon', label: 'Critical' },
};

/** Where to look: a page, or else the path of the document. Null when it is about nothing in particular. */
export function placeOf(
  alert: Pick<Alert, 'journalId' | 'path'>,
): { readonly to: string | null; readonly label: string } | null {
  if (alert.journalId !== null) return { to: `/ledger/journals/${alert.journalId}`, label: 'See the journal' };
  if (alert.path === null) return null;
  const [collection = '', id = ''] = alert.path.split('/');
  if (collection === 'journals') return { to: `/ledger/journals/${id}`, label: 'See the journal' };
  if (collection === 'accounts') return { to: `/ledger/accounts/${id}`, label: 'See the account' };
  if (collection === 'balances' && id.includes('_'))
    return { to: `/ledger/accounts/${id.slice(0, id.lastIndexOf('_'))}`, label: 'See the account' };
  if (collection === 'periods') return { to: '/ledger/periods', label: 'See the periods' };
  if (collection === 'executions') return { to: `/executions/${id}`, label: 'See the execution' };
  return { to: null, label: alert.path };
}
