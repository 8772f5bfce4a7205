import type { CheckResult } from '@countersign/domain/schemas/check';
import type { StreamHead, StreamName } from '@countersign/domain/schemas/stream';
import { plural } from '@countersign/domain/plan/sentence';
import type { ReactNode } from 'react';
import { useLiveDocument, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CopyText } from '../../../components/copy-text.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Age, Instant } from '../../../components/instant.tsx';
import { useNow } from '../../../components/now.ts';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import { sealState, unsealed } from '../api/seal-state.ts';
import { OpenAlerts } from './open-alerts.tsx';
import classes from './seal-head.module.css';
import { VerifyBox } from './verify-box.tsx';

/** What is sealed and by which checkpoint, what the last check found, and a check of one's own. */
export function SealHead(): ReactNode {
  const { orgId } = useWorkplace();
  const audit = useLiveDocument(refs.streamHead(orgId, 'audit'));
  const ledger = useLiveDocument(refs.streamHead(orgId, 'ledger'));
  const check = useLiveDocument(refs.latestCheck(orgId));
  const now = useNow();
  const failed = [audit, ledger, check].find((live) => live.kind === 'failed');
  if (failed?.kind === 'failed') return <Failure failure={failed.failure} what="what is sealed" />;
  if (audit.kind !== 'ready' || ledger.kind !== 'ready' || check.kind !== 'ready') return <RowsSkeleton rows={3} />;
  const heads = [audit.value, ledger.value].filter((head) => head !== null);
  const state = sealState(heads, check.value, now);
  return (
    <section className={classes.root} aria-label="What is sealed">
      <div className={classes.state}>
        <Mark tone={state.tone} shape={state.shape} large wrap>
          {state.label}
        </Mark>
        <CheckLine check={check.value} />
      </div>
      {check.value !== null && check.value.findings.length > 0 && (
        <ul className={classes.findings} aria-label="What does not hold">
          {check.value.findings.map(({ check: name, where, message }) => (
            <li key={`${name} ${where} ${message}`}>
              <span className="mono">{where}</span> {message}
            </li>
          ))}
          {check.value.findingCount > check.value.findings.length && (
            <li className="muted">and {check.value.findingCount - check.value.findings.length} more</li>
          )}
        </ul>
      )}
      <div className={classes.streams}>
        <StreamRow name="audit" title="Audit log" noun="event" head={audit.value} />
        <StreamRow name="ledger" title="Ledger" noun="record" head={ledger.value} />
      </div>
      <OpenAlerts />
      <VerifyBox />
    </section>
  );
}

function CheckLine({ check }: { readonly check: CheckResult | null }): ReactNode {
  if (check === null) return <p className="muted">The platform has not checked it yet; it does so once an hour.</p>;
  return (
    <p className="muted">
      Checked by the platform, <Instant at={check.at} seconds />:{' '}
      {check.scope === 'full'
        ? `all of it, ${plural(check.auditSize + check.ledgerSize, 'record')}`
        : 'only what waits'}
      {check.because === null ? '' : ` (${check.because})`}
      {check.ok ? ', nothing found' : ''}. Next <Age at={check.nextAt} />.
    </p>
  );
}

function StreamRow({
  name,
  title,
  noun,
  head,
}: {
  readonly name: StreamName;
  readonly title: string;
  readonly noun: string;
  readonly head: StreamHead | null;
}): ReactNode {
  const { orgId } = useWorkplace();
  const { live } = useLiveList(refs.newestCheckpoints(orgId, name), 1);
  const newest = live.kind === 'ready' ? live.value[0] : undefined;
  const waiting = head === null ? 0 : unsealed(head);
  return (
    <div className={classes.stream}>
      <h2>{title}</h2>
      {head === null || head.size === 0 ? (
        <p className="muted">Nothing is recorded yet.</p>
      ) : (
        <dl>
          <div>
            <dt>Recorded</dt>
            <dd className="tabular">{plural(head.size, noun)}</dd>
          </div>
          <div>
            <dt>Sealed</dt>
            <dd className="tabular">
              {waiting === 0 ? 'all of them' : plural(head.checkpointSize, noun)}
              {waiting > 0 && (
                <span className={classes.waiting}>
                  {waiting.toLocaleString('en')} not yet
                  {head.unsealedSince !== null && (
                    <>
                      , since <Instant at={head.unsealedSince} seconds />
                    </>
                  )}
                </span>
              )}
            </dd>
          </div>
          {live.kind === 'failed' && <Failure failure={live.failure} what="its checkpoints" />}
          {live.kind === 'ready' && newest === undefined && (
            <div>
              <dt>Checkpoint</dt>
              <dd>none is signed yet</dd>
            </div>
          )}
          {newest !== undefined && (
            <>
              <div>
                <dt>Checkpoint</dt>
                <dd>
                  <span className="mono">{newest.origin}</span>{' '}
                  <span className="tabular">{newest.size.toLocaleString('en')}</span>
                </dd>
              </div>
              <div>
                <dt>Root</dt>
                <dd>
                  <CopyText text={newest.root} label="root" />{' '}
                  <CopyText text={newest.note} shown="whole checkpoint" label="the signed" />
                </dd>
              </div>
              <div>
                <dt>Signed</dt>
                <dd>
                  <Instant at={newest.at} seconds />
                </dd>
              </div>
            </>
          )}
        </dl>
      )}
    </div>
  );
}
