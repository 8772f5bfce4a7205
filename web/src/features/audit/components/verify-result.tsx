import type { ReactNode } from 'react';
import { CopyText } from '../../../components/copy-text.tsx';
import { Instant } from '../../../components/instant.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { formatDuration } from '../../../components/time.ts';
import type { Verified } from '../api/run-verify.ts';
import { checkedInWords, headline, unknownInWords } from '../api/verify-words.ts';
import type { Finding } from '../api/verify/findings.ts';
import classes from './verify-box.module.css';

/** What the check in this browser found: the first broken place by name, what was looked at, and what it can't know. */
export default function VerifyResult({ result }: { readonly result: Verified }): ReactNode {
  const { ok, first, findings, findingCount } = result;
  return (
    <div className={classes.result} role="region" aria-label="Result of the check in this browser" aria-live="polite">
      <p>
        <Mark tone={ok ? 'good' : 'bad'} shape={ok ? 'disc-check' : 'octagon'} large wrap>
          {headline(result)}
        </Mark>{' '}
        <span className="muted">
          <Instant at={result.at} seconds />, in {formatDuration(result.tookMs)}
        </span>
      </p>
      {result.otherKey && (
        <p role="alert">
          <Mark tone="bad" shape="octagon" wrap>
            This is not the public key that this browser remembers: that was{' '}
            <span className="mono">{result.before?.key}</span>. If nobody told you that it was changed, somebody else
            may be signing.
          </Mark>
        </p>
      )}
      {first !== null && (
        <p>
          The first broken place: <One finding={first} />
        </p>
      )}
      {findings.length > 0 && (
        <ul className={classes.findings} aria-label="What does not hold in this browser’s check">
          {findings.map((finding) => (
            <li key={`${finding.where} ${finding.message}`}>
              <One finding={finding} />
            </li>
          ))}
          {findingCount > findings.length && (
            <li className="muted">and {(findingCount - findings.length).toLocaleString('en')} more</li>
          )}
        </ul>
      )}
      <div className={classes.columns}>
        <div>
          <h3>What was checked</h3>
          <ul>
            {checkedInWords(result).map((line) => (
              <li key={line}>{line}</li>
            ))}
            {result.audit.root !== null && (
              <li>
                Root of all {result.audit.size.toLocaleString('en')} events{' '}
                <CopyText text={result.audit.root} label="the computed root" />
              </li>
            )}
          </ul>
        </div>
        <div>
          <h3>What this can’t know</h3>
          <ul>
            {unknownInWords(result).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </div>
      </div>
    </div>
  );
}

function One({ finding: { stream, where, seq, message } }: { readonly finding: Finding }): ReactNode {
  return (
    <>
      {stream === 'ledger' ? 'Ledger, ' : 'Audit log, '}
      <span className="mono">{where}</span>
      {seq !== null && !where.includes(String(seq)) && !message.includes(`place ${seq}`) && <> at place {seq}</>}{' '}
      {message}
    </>
  );
}
