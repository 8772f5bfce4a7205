import type { ReactNode } from 'react';
import { Mark } from '../../../components/state-mark.tsx';
import { readChecklist } from '../api/checklist.ts';
import classes from './periods.module.css';

/** The closing checklist as the proposal has it: what is open comes first. */
export function Checklist({ impact }: { readonly impact: readonly string[] }): ReactNode {
  const { open, done, other } = readChecklist(impact);
  if (impact.length === 0) return null;
  return (
    <ul className={classes.checklist} aria-label="Closing checklist">
      {open.map((text) => (
        <li key={text}>
          <Mark tone="act" shape="triangle" wrap>
            Open: {text}
          </Mark>
        </li>
      ))}
      {done.map((text) => (
        <li key={text}>
          <Mark tone="good" shape="ring-check" wrap>
            {text}
          </Mark>
        </li>
      ))}
      {other.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
