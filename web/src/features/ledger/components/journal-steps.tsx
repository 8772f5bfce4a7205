import type { Journal } from '@countersign/domain/schemas/journal';
import type { ReactNode } from 'react';
import { useLiveDocument, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import table from '../../../components/data-table.module.css';
import { ScrollBox } from '../../../components/scroll-box.tsx';
import { Instant } from '../../../components/instant.tsx';
import { Section } from '../../../components/section.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import { StepProof } from './step-proof.tsx';
import classes from './ledger.module.css';

const STEPS: Readonly<Record<Journal['state'], string>> = {
  pending: 'Recorded as pending',
  posted: 'Posted',
  voided: 'Voided',
};

/** A journal's life: each step is one entry of the ledger's stream, which a signed checkpoint covers after a while. */
export function JournalSteps({ journal }: { readonly journal: Journal }): ReactNode {
  const { orgId, has } = useWorkplace();
  // Operators read journals, and not the stream.
  const mayRead = has('executive', 'approver', 'treasurer', 'auditor', 'admin');
  const head = useLiveDocument(mayRead ? refs.streamHead(orgId, 'ledger') : null);
  // Tiles are read by fewer still.
  const mayProve = has('executive', 'treasurer', 'auditor', 'admin');
  const newest = useLiveList(mayProve ? refs.newestCheckpoints(orgId, 'ledger') : null, 1);
  const checkpoint = newest.live.kind === 'ready' ? newest.live.value[0] : undefined;
  const last = Math.max(...journal.steps.map(({ seq }) => seq));
  const covered = head.kind === 'ready' ? (head.value?.checkpointSize ?? 0) : null;
  return (
    <Section title="Steps" aside="Each is an entry of the ledger’s log, which can’t be changed unseen">
      <ScrollBox label="Steps">
        <table className={table.table} aria-label="Steps of this journal">
          <thead>
            <tr>
              <th>Step</th>
              <th className="desk-only">Time</th>
              <th data-num>Ledger entry</th>
              {covered !== null && <th>Evidence</th>}
            </tr>
          </thead>
          <tbody>
            {journal.steps.map((step) => (
              <tr key={step.seq}>
                <td className={classes.memo}>
                  {STEPS[step.step]}
                  {step.routedFrom !== null && ` for ${journal.effectiveDay}, because ${step.routedFrom} was closed`}
                  <span className={`phone-only ${classes.under}`}>
                    <Instant at={step.at} seconds />
                  </span>
                  {step.reason !== null && step.reason !== '' && <span className={classes.under}>{step.reason}</span>}
                </td>
                <td className="nowrap desk-only">
                  <Instant at={step.at} seconds />
                </td>
                <td data-num title={`Leaf ${step.seq} of the ledger stream, counted from 0`}>
                  {(step.seq + 1).toLocaleString('en')}
                </td>
                {covered !== null && (
                  <td>
                    {step.seq < covered ? (
                      <Mark tone="good" shape="disc-check" wrap>
                        In a signed checkpoint
                      </Mark>
                    ) : (
                      <Mark tone="quiet" shape="dots" wrap>
                        Waits for the next checkpoint
                      </Mark>
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {checkpoint !== undefined && checkpoint.size > last && <StepProof journal={journal} checkpoint={checkpoint} />}
    </Section>
  );
}
