import type { EvidenceExport } from '@countersign/domain/schemas/evidence';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useLiveDocument, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { formatBytes } from '../../../components/bytes.ts';
import { CopyText } from '../../../components/copy-text.tsx';
import { DownloadButton } from '../../../components/download-button.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { More } from '../../../components/more.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import { countsInWords, subjectInWords } from '../api/subject-words.ts';
import { AskForm } from './ask-form.tsx';
import classes from './evidence.module.css';

const PAGE = 30;

/** Files that prove something without this platform: asked for, made, downloaded, checked elsewhere. */
export default function EvidencePage(): ReactNode {
  const { orgId } = useWorkplace();
  const list = useLiveList(refs.exports(orgId), PAGE);
  return (
    <>
      <PageHeader
        title="Evidence packs"
        purpose="A file with runs or days, their events and journals, and the proofs of them: it is checked anywhere, without this platform."
      />
      <Section title="Ask for one">
        <AskForm />
      </Section>
      <Section
        title="Asked for"
        {...(list.live.kind === 'ready' && !list.hasMore ? { count: list.live.value.length } : {})}
      >
        {list.live.kind === 'loading' && <RowsSkeleton rows={4} />}
        {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="evidence packs" />}
        {list.live.kind === 'ready' &&
          (list.live.value.length === 0 ? (
            <Empty>Nobody has asked for a pack yet.</Empty>
          ) : (
            <ul className={classes.list}>
              {list.live.value.map((one) => (
                <PackRow key={one.id} pack={one} />
              ))}
            </ul>
          ))}
        <More list={list} noun="packs" />
      </Section>
      <HowToCheck />
    </>
  );
}

function PackRow({ pack }: { readonly pack: EvidenceExport }): ReactNode {
  const { has } = useWorkplace();
  const { subject, file, error, counts } = pack;
  const mayDownload = !pack.personal || has('executive', 'auditor', 'admin');
  return (
    <li className={classes.row}>
      <div>
        {subject.kind === 'execution' ? <RunTitle executionId={subject.executionId} /> : subjectInWords(subject)}
        {pack.personal && ', with personal values'}
        <p className={classes.second}>
          <span>
            Asked for by <MemberName uid={pack.requestedBy} you={false} />, <Instant at={pack.requestedAt} seconds />
          </span>
          {counts !== null && countsInWords(counts) !== '' && <span>{countsInWords(counts)}</span>}
          {pack.checkpoints !== null && (
            <span>
              sealed by the checkpoints of {pack.checkpoints.audit.toLocaleString('en')} events and{' '}
              {pack.checkpoints.ledger.toLocaleString('en')} ledger records
            </span>
          )}
          {error !== null && <span>{error.message}</span>}
        </p>
        {file !== null && (
          <p className={classes.second}>
            <span className="mono">{file.name}</span>
            <span>{formatBytes(file.sizeBytes)}</span>
            <span>
              SHA-256 <CopyText text={file.sha256} label="SHA-256 of the file" />
            </span>
          </p>
        )}
      </div>
      <div className={classes.side}>
        <PackState state={pack.state} />
        {file !== null && mayDownload && <DownloadButton storagePath={file.storagePath} name={file.name} />}
        {file !== null && !mayDownload && <span className="muted">for executives, auditors and admins</span>}
      </div>
    </li>
  );
}

function RunTitle({ executionId }: { readonly executionId: string }): ReactNode {
  const { orgId } = useWorkplace();
  const live = useLiveDocument(refs.execution(orgId, executionId));
  const execution = live.kind === 'ready' ? live.value : null;
  return (
    <span className="in-words">
      <Link to={`/executions/${executionId}`}>{execution?.title ?? executionId}</Link>
      {execution !== null && (
        <>
          , asked for <Instant at={execution.requestedAt} />
        </>
      )}
    </span>
  );
}

function PackState({ state }: { readonly state: EvidenceExport['state'] }): ReactNode {
  if (state === 'waiting')
    return (
      <Mark tone="busy" shape="dots">
        Being made
      </Mark>
    );
  if (state === 'failed')
    return (
      <Mark tone="bad" shape="square">
        Failed
      </Mark>
    );
  return (
    <Mark tone="good" shape="disc-check">
      Ready
    </Mark>
  );
}

function HowToCheck(): ReactNode {
  return (
    <Section title="How to check one">
      <div className={classes.prose}>
        <p>With Countersign’s source and Node, on any machine, without a network and without an account:</p>
        <pre className={`mono ${classes.command}`} tabIndex={0}>
          npm run verify -- PACK --public-key KEY --checkpoint NOTE
        </pre>
        <p>
          PACK is the downloaded file. KEY is the public key, from a source of your own: the pack has one in it, which
          proves no more than that the pack fits together. NOTE is a checkpoint that you kept or that was published
          elsewhere; without one, nobody but the pack says up to where the log went. It prints what it checked, names
          what does not hold, and ends with exit code 1 then.
        </p>
      </div>
    </Section>
  );
}
