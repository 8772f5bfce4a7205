import { type ReactNode } from 'react';
import { useWorkplace } from '../app/organization.tsx';
import { useNow } from './now.ts';
import { formatAge, formatDay, formatInstant } from './time.ts';

/** An exact time in the organization's zone, which is named; in a list perhaps only its day, and the rest on hover. */
export function Instant({
  at,
  seconds = false,
  dayOnly = false,
}: {
  readonly at: string;
  readonly seconds?: boolean;
  readonly dayOnly?: boolean;
}): ReactNode {
  const { organization } = useWorkplace();
  const whole = formatInstant(at, organization.timeZone, seconds);
  return (
    <time dateTime={at} className="tabular" {...(dayOnly ? { title: whole } : {})}>
      {dayOnly ? formatDay(at, organization.timeZone) : whole}
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
