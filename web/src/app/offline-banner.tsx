import { type ReactNode, useSyncExternalStore } from 'react';
import classes from './stop-banner.module.css';

function subscribe(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}

/** Without a connection the last figures stay on the page; this says that they may be old. */
export function OfflineBanner(): ReactNode {
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  if (online) return null;
  return (
    <div className={`${classes.root} ${classes.quiet}`} role="status">
      <p>
        <strong>No connection.</strong> What you see may be out of date; it catches up by itself.
      </p>
    </div>
  );
}
