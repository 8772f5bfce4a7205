import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useQueryPages } from '../../../app/query.ts';
import { ClosingChecklist } from '../../../components/closing-checklist.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';

/** What is still open before a period can be closed in peace, worked out when it is asked for. */
export function ChecklistNow({ periodId }: { readonly periodId: string }): ReactNode {
  const { state, pages, failure, reload } = useQueryPages('readClosingChecklist', { periodId });
  if (failure !== null) return <p role="alert">The checklist could not be made: {failure.message}</p>;
  if (state !== 'ready') return <RowsSkeleton rows={3} />;
  return (
    <div>
      <ClosingChecklist impact={pages[0]?.lines ?? []} />
      <Button size="compact-xs" variant="subtle" onClick={reload} className="no-print">
        Look again
      </Button>
    </div>
  );
}
