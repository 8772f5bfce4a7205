import type { Parameter } from '@countersign/domain/schemas/plugin';
import type { ReactNode } from 'react';
import { saveBlob } from './save-blob.ts';
import classes from './sample-link.module.css';

/** Download of a file parameter's sample: a path on this site, or the text itself. */
export function SampleLink({ parameter }: { readonly parameter: Extract<Parameter, { type: 'file' }> }): ReactNode {
  const { sample } = parameter;
  if (sample === undefined || sample === '') return null;
  if (/^\/[^\s]+$/.test(sample)) {
    return (
      <a href={sample} download className={classes.root}>
        Download a sample
      </a>
    );
  }
  return (
    <button
      type="button"
      className={classes.root}
      onClick={() => saveBlob(new Blob([sample], { type: 'text/csv' }), `${parameter.name}-sample.csv`)}
    >
      Download a sample
    </button>
  );
}
