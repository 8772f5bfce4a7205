import type { Journal } from '@countersign/domain/schemas/journal';
import type { ReactNode } from 'react';
import { Mark } from '../../../components/state-mark.tsx';
import { journalMarks } from '../api/journal-marks.ts';
import classes from './ledger.module.css';

/** A journal's state, and what is unusual about it; in a list of journals, nothing of one that is simply posted. */
export function JournalMarkList({
  journal,
  unusual = false,
}: {
  readonly journal: Journal;
  readonly unusual?: boolean;
}): ReactNode {
  const marks = journalMarks(journal).filter(({ key }) => !unusual || key !== 'posted');
  if (marks.length === 0) return null;
  return (
    <span className={classes.marks}>
      {marks.map(({ key, tone, shape, label }) => (
        <Mark key={key} tone={tone} shape={shape}>
          {label}
        </Mark>
      ))}
    </span>
  );
}
