import { type ReactNode, useId } from 'react';
import classes from './section.module.css';

/** A part of a page under a hairline: heading, count, a remark on the right, content. */
export function Section({
  title,
  count,
  aside,
  children,
  id,
}: {
  readonly title: string;
  readonly count?: number | undefined;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly id?: string;
}): ReactNode {
  const heading = useId();
  return (
    <section className={classes.root} aria-labelledby={heading} {...(id === undefined ? {} : { id })}>
      <div className={classes.head}>
        <h2 id={heading}>
          {title}
          {count !== undefined && <span className={classes.count}>{count.toLocaleString('en')}</span>}
        </h2>
        {aside !== undefined && <div className={classes.aside}>{aside}</div>}
      </div>
      {children}
    </section>
  );
}
