import type { ReactNode } from 'react';
import { useLiveDocument } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Age } from '../../../components/instant.tsx';
import { useNow } from '../../../components/now.ts';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import { quorumInWords, witnessLines } from '../api/witness-facts.ts';

/** A line of the summary: who outside has cosigned the checkpoints, and who has not for how long. */
export function Witnesses(): ReactNode {
  const { orgId } = useWorkplace();
  const audit = useLiveDocument(refs.witnesses(orgId, 'audit'));
  const ledger = useLiveDocument(refs.witnesses(orgId, 'ledger'));
  const now = useNow();
  const failed = [audit, ledger].find((live) => live.kind === 'failed');
  if (failed?.kind === 'failed') return <Failure failure={failed.failure} what="its witnesses" />;
  if (audit.kind !== 'ready' || ledger.kind !== 'ready') return null;
  const states = [audit.value, ledger.value].filter((state) => state !== null);
  const lines = witnessLines(states, now);
  const quorum = quorumInWords(states);
  return (
    <div>
      <dt>Witnessed</dt>
      <dd>
        {lines.length === 0 && 'by nobody: this deployment names no witness'}
        {lines.map(({ keyName, tone, shape, words, at }) => (
          <div key={keyName}>
            <Mark tone={tone} shape={shape} wrap>
              <span className="mono">{keyName}</span>: {words}
            </Mark>
            {at !== null && (
              <span className="muted">
                {' '}
                <Age at={at} />
              </span>
            )}
          </div>
        ))}
        {lines.length > 0 && quorum !== null && <div className="muted">{quorum}</div>}
      </dd>
    </div>
  );
}
