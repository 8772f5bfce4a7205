import type { Operation } from '@countersign/domain/schemas/plugin';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { useLiveDocument } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Can } from '../../../components/can.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { PageSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { RunForm } from './run-form.tsx';
import classes from './run-page.module.css';

export default function RunPage(): ReactNode {
  const { orgId } = useWorkplace();
  const { operationId = '' } = useParams();
  const live = useLiveDocument(refs.operation(orgId, operationId));
  if (live.kind === 'loading') return <PageSkeleton />;
  if (live.kind === 'failed') return <Failure failure={live.failure} what="this operation" />;
  if (!live.value)
    return (
      <>
        <PageHeader title="No such operation" back={<Link to="/catalogue">Catalogue</Link>} />
        <Empty action={<Link to="/catalogue">See the catalogue</Link>}>There is no operation {operationId}.</Empty>
      </>
    );
  return <Run key={operationId} operation={live.value} />;
}

function Run({ operation }: { readonly operation: Operation }): ReactNode {
  const { has } = useWorkplace();
  return (
    <>
      <PageHeader
        title={operation.title}
        back={<Link to="/catalogue">Catalogue</Link>}
        purpose={
          <>
            {operation.description}
            <span className={classes.can}>
              It can <Can can={operation.can} />
            </span>
          </>
        }
      />
      {!operation.active && <p>This operation is switched off.</p>}
      {operation.active && !has('operator') && <p>Operators run this. Your role may only look.</p>}
      {operation.active && has('operator') && <RunForm operation={operation} />}
    </>
  );
}
