import type { ReactNode } from 'react';
import { readChecklist } from './checklist.ts';
import classes from './closing-checklist.module.css';
import { Mark } from './state-mark.tsx';

/** The closing checklist as the proposal has it: what is open comes first. */
export function ClosingChecklist({ impact }: { readonly impact: readonly string[] }): ReactNode {
  const { open, done, other } = readChecklist(impact);
  if (impact.length === 0) return null;
  return (
    <ul className={classes.root} aria-label="Closing checklist">
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
