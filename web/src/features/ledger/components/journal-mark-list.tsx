import type { Journal } from '@countersign/domain/schemas/journal';
import type { ReactNode } from 'react';
import { Mark } from '../../../components/state-mark.tsx';
import { journalMarks } from '../api/journal-marks.ts';
import classes from './ledger.module.css';

/** A journal's state, and what is unusual about it. */
export function JournalMarkList({ journal }: { readonly journal: Journal }): ReactNode {
  return (
    <span className={classes.marks}>
      {journalMarks(journal).map(({ key, tone, shape, label }) => (
        <Mark key={key} tone={tone} shape={shape}>
          {label}
        </Mark>
      ))}
    </span>
  );
}
