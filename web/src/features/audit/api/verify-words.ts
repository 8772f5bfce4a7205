import { plural } from '@countersign/domain/plan/sentence';
import type { Verified } from './run-verify.ts';
import type { StreamResult } from './verify/verify-log.ts';

export function headline({ ok, otherKey, findingCount }: Verified): string {
  if (ok) return 'It holds';
  const count = findingCount + (otherKey ? 1 : 0);
  return `${plural(count, 'thing')} ${count === 1 ? 'does' : 'do'} not hold`;
}

export function checkedInWords(result: Verified): string[] {
  const { audit, ledger, documents, personal, key, notes, before } = result;
  return [
    ...streamInWords(audit, 'Audit log', 'event'),
    ...streamInWords(ledger, 'Ledger', 'record'),
    `${plural(documents, 'document')}: their versions, one after the other, none left out`,
    ...(personal === 0 ? [] : [`Personal values of ${plural(personal, 'event')}: those that were committed to`]),
    key === null
      ? 'Signatures were not checked: no key was given'
      : `The signatures of all these checkpoints, with the key ${key}`,
    ...(notes === 0 ? [] : [`${plural(notes, 'checkpoint')} of your own`]),
    ...(before === null ? [] : ['What this browser saw at its last check is still there']),
  ];
}

function streamInWords({ size, held, skipped }: StreamResult, title: string, noun: string): string[] {
  if (skipped !== null) return [`${title}: not looked at, because ${skipped}`];
  return [
    `${title}: ${plural(size, noun)}, each hashed again and in its place; ${plural(held, 'earlier root')} found again`,
  ];
}

/** So that nobody takes a good result for more than it is. */
export function unknownInWords({ audit, ledger, key, notes, before }: Verified): string[] {
  const vouched = Math.max(audit.vouchedSize, ledger.vouchedSize) > 0;
  const after = audit.size - audit.vouchedSize;
  return [
    ...(notes === 0 || !vouched
      ? [
          before === null
            ? 'Whether the end was cut off, or all of it was rolled back or written anew: that takes a checkpoint of your own'
            : 'Whether anything before this browser’s last check was written anew by then: that takes a checkpoint of your own',
        ]
      : []),
    ...(vouched && after > 0 ? [`Whether the ${plural(after, 'event')} after what was vouched for are all there`] : []),
    ...(key === null ? ['Who signed the checkpoints'] : []),
    'Whether documents, balances and sums are what the log says: the platform’s own check and npm run verify compare them',
    'Whether what was recorded was true',
    'Whether this page is what it says it is: it came from the same server. Who doubts that runs npm run verify from a copy of their own',
  ];
}
