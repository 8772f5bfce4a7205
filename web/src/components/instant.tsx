import { type ReactNode } from 'react';
import { useWorkplace } from '../app/organization.tsx';
import { useNow } from './now.ts';
import { formatAge, formatInstant } from './time.ts';

/** An exact time in the organization's zone, which is named. */
export function Instant({ at, seconds = false }: { readonly at: string; readonly seconds?: boolean }): ReactNode {
  const { organization } = useWorkplace();
  return (
    <time dateTime={at} className="tabular">
      {formatInstant(at, organization.timeZone, seconds)}
    </time>
  );
}

/** "3 min ago", or "in 22 h"; the exact time on hover. */
export function Age({ at }: { readonly at: string }): ReactNode {
  const { organization } = useWorkplace();
  const now = useNow();
  return (
    <time dateTime={at} title={formatInstant(at, organization.timeZone, true)} className="tabular nowrap">
      {formatAge(Date.parse(at) - now)}
    </time>
  );
}
