import type { Execution } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import { type Shape, type Tone, describeState } from './execution-state.ts';
import classes from './state-mark.module.css';

/** The state of an execution: shape, word and colour together, never colour alone. */
export function StateMark({
  execution,
  large = false,
}: {
  readonly execution: Pick<Execution, 'state' | 'plan' | 'approvals'>;
  readonly large?: boolean;
}): ReactNode {
  const { label, tone, shape } = describeState(execution);
  return (
    <Mark tone={tone} shape={shape} large={large}>
      {label}
    </Mark>
  );
}

export function Mark({
  tone,
  shape,
  children,
  large = false,
  wrap = false,
}: {
  readonly tone: Tone;
  readonly shape: Shape;
  readonly children: ReactNode;
  readonly large?: boolean;
  /** The words are a sentence, which may take several lines. */
  readonly wrap?: boolean;
}): ReactNode {
  return (
    <span className={classes.root} data-tone={tone} data-large={large || undefined} data-wrap={wrap || undefined}>
      <svg viewBox="0 0 16 16" width={large ? 17 : 14} height={large ? 17 : 14} aria-hidden className={classes.shape}>
        {SHAPES[shape]}
      </svg>
      <span className={classes.label}>{children}</span>
    </span>
  );
}

const line = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.7,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const;
const cut = {
  fill: 'none',
  stroke: 'var(--bg)',
  strokeWidth: 1.8,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const;

const SHAPES: Readonly<Record<Shape, ReactNode>> = {
  dots: <circle cx="8" cy="8" r="6" {...line} strokeDasharray="0.1 3.67" strokeWidth={2.2} />,
  half: (
    <>
      <circle cx="8" cy="8" r="6.2" {...line} />
      <path d="M8 3.6a4.4 4.4 0 0 1 0 8.8z" fill="currentColor" />
    </>
  ),
  'ring-check': (
    <>
      <circle cx="8" cy="8" r="6.2" {...line} />
      <path d="M5.2 8.2l2 2 3.6-4" {...line} />
    </>
  ),
  arrow: <path d="M2 8h10.5M8.5 3.8L12.7 8l-4.2 4.2" {...line} strokeWidth={2} />,
  'disc-check': (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="M4.9 8.3l2.2 2.2 4-4.6" {...cut} />
    </>
  ),
  triangle: (
    <>
      <path d="M8 1.4L15.4 14.4H.6z" fill="currentColor" />
      <path d="M8 6v4M8 12.2v.1" {...cut} />
    </>
  ),
  octagon: (
    <>
      <path d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z" fill="currentColor" />
      <path d="M4.8 8h6.4" {...cut} />
    </>
  ),
  cross: <path d="M3.5 3.5l9 9M12.5 3.5l-9 9" {...line} strokeWidth={2} />,
  bar: (
    <>
      <circle cx="8" cy="8" r="6.2" {...line} />
      <path d="M3.8 12.2l8.4-8.4" {...line} />
    </>
  ),
  clock: (
    <>
      <circle cx="8" cy="8" r="6.2" {...line} />
      <path d="M8 4.6V8l2.4 1.6" {...line} />
    </>
  ),
  square: (
    <>
      <rect x="1.4" y="1.4" width="13.2" height="13.2" rx="2" fill="currentColor" />
      <path d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6" {...cut} />
    </>
  ),
};
