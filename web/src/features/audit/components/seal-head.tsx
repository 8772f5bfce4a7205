import { plural } from '@countersign/domain/plan/sentence';
import type { CheckResult } from '@countersign/domain/schemas/check';
import type { StreamName } from '@countersign/domain/schemas/stream';
import type { ReactNode } from 'react';
import { type Live, useLiveDocument, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CopyText } from '../../../components/copy-text.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Age, Instant } from '../../../components/instant.tsx';
import { useNow } from '../../../components/now.ts';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import { recall } from '../api/remembered.ts';
import { NOUNS, sealedInWords, sealedUpTo, type StreamFacts } from '../api/seal-facts.ts';
import { sealState, unsealed } from '../api/seal-state.ts';
import { OpenAlerts } from './open-alerts.tsx';
import classes from './seal-head.module.css';
import { VerifyBox } from './verify-box.tsx';
import { Witnesses } from './witnesses.tsx';

/** Is everything in order, up to when, who says so; below it what is sealed by which checkpoint, and a check of one's own. */
export function SealHead(): ReactNode {
  const { orgId } = useWorkplace();
  const [audit, ledger] = [useStream('audit'), useStream('ledger')];
  const check = useLiveDocument(refs.latestCheck(orgId));
  const now = useNow();
  const failed = [audit, ledger, check].find((live) => live.kind === 'failed');
  if (failed?.kind === 'failed') return <Failure failure={failed.failure} what="what is sealed" />;
  if (audit.kind !== 'ready' || ledger.kind !== 'ready' || check.kind !== 'ready') return <RowsSkeleton rows={5} />;
  const streams = [audit.value, ledger.value];
  const heads = streams.flatMap(({ head }) => (head === null ? [] : [head]));
  const state = sealState(heads, check.value, now);
  return (
    <section className={classes.root} aria-label="What is sealed">
      <div>
        <Mark tone={state.tone} shape={state.shape} large wrap>
          {state.label}
        </Mark>
      </div>
      <dl className={classes.summary}>
        <Sealed streams={streams} />
        <Witnesses />
        <div>
          <dt>Checked</dt>
          <dd>
            <CheckLine check={check.value} />
          </dd>
        </div>
        <LastSeen />
      </dl>
      {check.value !== null && <CheckFindings check={check.value} />}
      <OpenAlerts />
      <div className={classes.streams}>
        <StreamBox title="Audit log" facts={audit.value} />
        <StreamBox title="Ledger" facts={ledger.value} />
      </div>
      <VerifyBox />
    </section>
  );
}

function useStream(name: StreamName): Live<StreamFacts> {
  const { orgId } = useWorkplace();
  const head = useLiveDocument(refs.streamHead(orgId, name));
  const { live: checkpoints } = useLiveList(refs.newestCheckpoints(orgId, name), 1);
  if (head.kind !== 'ready') return head;
  if (checkpoints.kind !== 'ready') return checkpoints;
  return { kind: 'ready', value: { name, head: head.value, checkpoint: checkpoints.value[0] ?? null } };
}

function Sealed({ streams }: { readonly streams: readonly StreamFacts[] }): ReactNode {
  const upTo = sealedUpTo(streams);
  const words = sealedInWords(streams);
  return (
    <div>
      <dt>Sealed</dt>
      <dd>
        {words === '' ? 'nothing is recorded yet' : words}
        {upTo === null ? (
          words !== '' && '; no checkpoint is signed yet'
        ) : (
          <>
            , up to <Instant at={upTo} seconds />
          </>
        )}
      </dd>
    </div>
  );
}

function CheckLine({ check }: { readonly check: CheckResult | null }): ReactNode {
  if (check === null) return 'not by the platform yet; it does so once an hour';
  return (
    <>
      by the platform, <Instant at={check.at} seconds />: {SCOPES[check.scope](check)}
      {check.because === null ? '' : ` (${check.because})`}
      {check.ok ? ', nothing found' : ''}. <Cycle cycle={check.cycle} />
      Next <Age at={check.nextAt} />.
    </>
  );
}

const SCOPES: Readonly<Record<CheckResult['scope'], (check: CheckResult) => string>> = {
  full: (check) => `all of it, ${plural(check.auditSize + check.ledgerSize, 'record')}`,
  cycle: () => 'what is new',
  clock: () => 'only what waits',
};

/** Large books are gone through in parts: when all of it was last, and how far it is now. */
function Cycle({ cycle }: { readonly cycle: CheckResult['cycle'] }): ReactNode {
  if (cycle === null) return null;
  const { last, percent, startedAt } = cycle;
  return (
    <>
      {last === null ? (
        'All of it was not gone through yet'
      ) : (
        <>
          All of it was gone through by <Instant at={last.endedAt} seconds />
          {last.findingCount === 0 ? ', nothing found' : `, ${plural(last.findingCount, 'finding')}`}
        </>
      )}
      {startedAt !== null && (
        <>
          ; {last === null ? 'that is' : 'the next time is'} at {percent ?? 0} %, begun <Instant at={startedAt} />
        </>
      )}
      .{' '}
    </>
  );
}

/** What this browser's own last check left behind. */
function LastSeen(): ReactNode {
  const { orgId } = useWorkplace();
  const before = recall(orgId);
  if (before === null) return null;
  return (
    <div>
      <dt>By this browser</dt>
      <dd>
        it held when last verified here, <Instant at={before.at} seconds />
        {before.seen.audit !== null && `, up to ${plural(before.seen.audit.size, 'event')}`}
      </dd>
    </div>
  );
}

function CheckFindings({ check }: { readonly check: CheckResult }): ReactNode {
  if (check.findings.length === 0) return null;
  return (
    <ul className={classes.findings} aria-label="What does not hold">
      {check.findings.map(({ check: name, where, message }) => (
        <li key={`${name} ${where} ${message}`}>
          <span className="mono">{where}</span> {message}
        </li>
      ))}
      {check.findingCount > check.findings.length && (
        <li className="muted">and {check.findingCount - check.findings.length} more</li>
      )}
    </ul>
  );
}

function StreamBox({ title, facts }: { readonly title: string; readonly facts: StreamFacts }): ReactNode {
  const { name, head, checkpoint } = facts;
  if (head === null || head.size === 0)
    return (
      <div className={classes.stream}>
        <h2>{title}</h2>
        <p className="muted">Nothing is recorded yet.</p>
      </div>
    );
  const waiting = unsealed(head);
  return (
    <div className={classes.stream}>
      <h2>{title}</h2>
      <dl>
        <div>
          <dt>Recorded</dt>
          <dd className="tabular">{plural(head.size, NOUNS[name])}</dd>
        </div>
        <div>
          <dt>Not sealed yet</dt>
          <dd className="tabular">
            {waiting === 0 ? (
              'none'
            ) : (
              <span className={classes.waiting}>
                {waiting.toLocaleString('en')}
                {head.unsealedSince !== null && (
                  <>
                    , since <Instant at={head.unsealedSince} seconds />
                  </>
                )}
              </span>
            )}
          </dd>
        </div>
        {checkpoint === null ? (
          <div>
            <dt>Checkpoint</dt>
            <dd>none is signed yet</dd>
          </div>
        ) : (
          <>
            <div>
              <dt>Checkpoint</dt>
              <dd>
                <span className="tabular">of {plural(checkpoint.size, NOUNS[name])}</span>
                <CopyText text={checkpoint.root} label="root" />
                <CopyText text={checkpoint.note} shown="whole checkpoint" label="the signed" />
              </dd>
            </div>
            <div>
              <dt>Signed by</dt>
              <dd>
                <span>
                  <span className="mono">{checkpoint.origin}</span>, key{' '}
                  <span className="mono">{checkpoint.keyId}</span>, <Instant at={checkpoint.at} seconds />
                </span>
              </dd>
            </div>
          </>
        )}
      </dl>
    </div>
  );
}
