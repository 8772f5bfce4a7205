import type { ReactNode } from 'react';
import classes from './splash.module.css';

/** While the code of the next part arrives. Appears late, so that a quick start does not flicker. */
export function Splash(): ReactNode {
  return (
    <div className={classes.root} role="status" aria-label="Loading">
      <img src="/icon.svg" alt="" width={36} height={36} />
    </div>
  );
}
