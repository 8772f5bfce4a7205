import type { Operation } from '@countersign/domain/schemas/plugin';
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Can } from '../../../components/can.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Age } from '../../../components/instant.tsx';
import { More } from '../../../components/more.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { SampleLink } from '../../../components/sample-link.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import { likelySigners } from '../../../components/likely-signers.ts';
import { refs } from '../../../refs.ts';
import { OperationControls, PausedNote } from './operation-controls.tsx';
import { OperationQueue } from './operation-queue.tsx';
import classes from './catalogue-page.module.css';

const PAGE = 20;

export default function CataloguePage(): ReactNode {
  const { orgId } = useWorkplace();
  const list = useLiveList(refs.operations(orgId), PAGE);
  return (
    <>
      <PageHeader
        title="Catalogue"
        purpose="What can be run here, what it can do to the world, and which file it needs."
      />
      {list.live.kind === 'loading' && <RowsSkeleton rows={3} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="the catalogue" />}
      {list.live.kind === 'ready' &&
        (list.live.value.length === 0 ? (
          <Empty>No operation is set up. A developer installs plugins; each becomes an operation here.</Empty>
        ) : (
          <ul className={classes.list}>
            {list.live.value.map((operation) => (
              <OperationRow key={operation.id} operation={operation} />
            ))}
          </ul>
        ))}
      <More list={list} noun="operations" />
    </>
  );
}

function OperationRow({ operation }: { readonly operation: Operation }): ReactNode {
  const { orgId, has } = useWorkplace();
  const last = useLiveList(refs.executions(orgId, { operationId: operation.id }), 1);
  const policies = useLiveList(refs.activePolicies(orgId), 1);
  const policy = policies.live.kind === 'ready' ? policies.live.value[0] : undefined;
  const lastRun = last.live.kind === 'ready' ? last.live.value[0] : undefined;
  const files = operation.parameters.filter((parameter) => parameter.type === 'file');
  const mayRun = has('operator');

  return (
    <li className={classes.item}>
      <div className={classes.main}>
        <h2 className={classes.title}>
          <Link to={`/catalogue/${operation.id}`}>{operation.title}</Link>
        </h2>
        <p className={classes.description}>{operation.description}</p>
        <PausedNote paused={operation.paused} />
        <dl className={classes.facts}>
          <dt>It can</dt>
          <dd>
            <Can can={operation.can} />
          </dd>
          {files.map((file) => (
            <div key={file.name} className={classes.fact}>
              <dt>Needs</dt>
              <dd>
                {file.label}
                {file.columns && (
                  <span className="muted"> with {file.columns.map((column) => column.name).join(', ')}</span>
                )}{' '}
                <SampleLink parameter={file} />
              </dd>
            </div>
          ))}
          {policy && (
            <>
              <dt>Signed by</dt>
              <dd>{likelySigners(operation, policy)}</dd>
            </>
          )}
          <dt>Last run</dt>
          <dd>
            {lastRun ? (
              <Link to={`/executions/${lastRun.id}`} className={classes.last}>
                <StateMark execution={lastRun} /> <Age at={lastRun.requestedAt} />
              </Link>
            ) : last.live.kind === 'ready' ? (
              <span className="muted">never</span>
            ) : last.live.kind === 'failed' ? (
              <span className="muted">not shown to your role</span>
            ) : (
              <span className="muted">…</span>
            )}
          </dd>
          <dt>Applying</dt>
          <dd>
            <OperationQueue operation={operation} />
          </dd>
        </dl>
        <OperationControls operation={operation} />
      </div>
      <div className={classes.side}>
        {operation.active && mayRun ? (
          <Button component={Link} to={`/catalogue/${operation.id}`}>
            Run<span className="visually-hidden"> {operation.title}</span>
          </Button>
        ) : (
          <span className="muted">{operation.active ? 'Operators run this' : 'Switched off'}</span>
        )}
        <span className={classes.version}>
          {operation.plugin.name} {operation.plugin.version}
        </span>
      </div>
    </li>
  );
}
