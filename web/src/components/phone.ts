import { useSyncExternalStore } from 'react';

/** The same width as in the style sheets. */
const QUERY = window.matchMedia('(max-width: 767px)');

function subscribe(listener: () => void): () => void {
  QUERY.addEventListener('change', listener);
  return () => QUERY.removeEventListener('change', listener);
}

/** Whether the page is as narrow as a phone's; for what style alone can't do. */
export function usePhone(): boolean {
  return useSyncExternalStore(subscribe, () => QUERY.matches);
}
