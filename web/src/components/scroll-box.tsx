import type { ReactNode } from 'react';
import table from './data-table.module.css';

/** A table that is wider than a narrow page scrolls sideways; keys have to reach it for that. */
export function ScrollBox({
  label,
  className,
  children,
}: {
  readonly label: string;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div
      className={className === undefined ? table.scroll : `${table.scroll} ${className}`}
      tabIndex={0}
      role="group"
      aria-label={`${label}, scrolls sideways`}
    >
      {children}
    </div>
  );
}
