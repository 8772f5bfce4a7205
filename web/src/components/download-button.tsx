import { IconDownload } from '@tabler/icons-react';
import { FirebaseError } from 'firebase/app';
import { type ReactNode, useState } from 'react';
import { useServices } from '../app/services.ts';
import classes from './download-button.module.css';
import { fetchStored } from './fetch-stored.ts';
import { saveBlob } from './save-blob.ts';

/** Download a stored file; the bytes come through the signed-in session, not through a public link. */
export function DownloadButton({
  storagePath,
  name,
  label,
}: {
  readonly storagePath: string;
  readonly name: string;
  readonly label?: string;
}): ReactNode {
  const { storage } = useServices();
  const [state, setState] = useState<'idle' | 'busy' | 'failed' | 'forbidden'>('idle');

  const download = (): void => {
    setState('busy');
    fetchStored(storage, storagePath).then(
      (blob) => {
        saveBlob(blob, name);
        setState('idle');
      },
      (error: unknown) =>
        setState(error instanceof FirebaseError && error.code === 'storage/unauthorized' ? 'forbidden' : 'failed'),
    );
  };

  return (
    <span className={classes.root}>
      <button
        type="button"
        className={classes.button}
        onClick={download}
        disabled={state === 'busy'}
        aria-label={`Download ${name}`}
      >
        <IconDownload size={15} stroke={1.7} aria-hidden />
        <span>{label ?? 'Download'}</span>
      </button>
      {(state === 'failed' || state === 'forbidden') && (
        <span className={classes.failed} role="alert">
          {state === 'failed' ? 'did not arrive; try again' : 'your role may not download this'}
        </span>
      )}
    </span>
  );
}
