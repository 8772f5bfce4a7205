import { IconCheck, IconCopy } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import classes from './copy-text.module.css';

/** A hash or an id, shortened, that a click copies whole. */
export function CopyText({
  text,
  shown,
  label,
}: {
  readonly text: string;
  readonly shown?: string;
  readonly label: string;
}): ReactNode {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button
      type="button"
      className={classes.root}
      title={text}
      onClick={() => {
        navigator.clipboard.writeText(text).then(
          () => setCopied(true),
          () => setCopied(false),
        );
      }}
    >
      <span className="visually-hidden">Copy {label} </span>
      <span className="mono">{shown ?? text.slice(0, 12)}</span>
      {copied ? <IconCheck size={13} stroke={2} aria-hidden /> : <IconCopy size={13} stroke={1.6} aria-hidden />}
      <span className="visually-hidden" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </button>
  );
}
