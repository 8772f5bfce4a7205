import { decodeText } from '@countersign/domain/csv/decode';
import { plural } from '@countersign/domain/plan/sentence';
import type { Execution } from '@countersign/domain/schemas/execution';
import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { FirebaseError } from 'firebase/app';
import { type ReactNode, useState } from 'react';
import { useServices } from '../../../app/services.ts';
import { fetchStored } from '../../../components/fetch-stored.ts';
import { saveBlob } from '../../../components/save-blob.ts';
import { type LeftRows, leftRowsCsv } from '../api/left-rows.ts';

/** The rows that are left, as they stand in the run's own input, each with its line and reason. */
export function LeftRowsDownload({
  execution,
  left,
}: {
  readonly execution: Execution;
  readonly left: LeftRows;
}): ReactNode {
  const { storage } = useServices();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [input, ...others] = execution.inputs;
  // With several inputs nobody knows to which of them a line belongs.
  if (input === undefined || others.length > 0 || left.reasons.size === 0) return null;

  const save = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const blob = await fetchStored(storage, input.storagePath);
      const decoded = decodeText(new Uint8Array(await blob.arrayBuffer()));
      if ('issue' in decoded) throw new Error(decoded.issue.message);
      const csv = leftRowsCsv(decoded.text, left.reasons);
      saveBlob(new Blob([csv], { type: 'text/csv' }), `${input.name.replace(/\.csv$/i, '')}-left.csv`);
    } catch (error) {
      setProblem(explain(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div>
      <Button
        variant="default"
        loading={busy}
        leftSection={<IconDownload size={16} stroke={1.7} aria-hidden />}
        onClick={() => void save()}
      >
        Download the {plural(left.reasons.size, 'row')} with reasons
      </Button>
      {problem !== null && (
        <p role="alert" style={{ color: 'var(--bad)' }}>
          {problem}
        </p>
      )}
    </div>
  );
}

function explain(error: unknown): string {
  if (error instanceof FirebaseError && error.code === 'storage/unauthorized')
    return 'Your role may not download this file.';
  if (error instanceof FirebaseError) return 'The file did not arrive; try again.';
  return error instanceof Error ? error.message : String(error);
}
