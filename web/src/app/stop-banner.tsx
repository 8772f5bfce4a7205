import { IconHandStop } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Instant } from '../components/instant.tsx';
import { MemberName } from '../components/member-name.tsx';
import { ReasonText } from '../components/reason-text.tsx';
import { useWorkplace } from './organization.tsx';
import classes from './stop-banner.module.css';

/** Seen on every page while the organization is stopped: nothing leaves until someone lifts it. */
export function StopBanner(): ReactNode {
  const { organization, has } = useWorkplace();
  const { stop } = organization;
  if (!stop.active) return null;
  return (
    <div className={classes.root} role="alert">
      <IconHandStop size={18} stroke={1.8} aria-hidden />
      <p>
        <strong>Everything is stopped.</strong> No execution sends anything until the stop is lifted.{' '}
        {stop.reason !== '' && (
          <>
            Reason: <ReasonText of={stop.reason} />.
          </>
        )}{' '}
        {stop.at !== null && (
          <span className="muted">
            {stop.uid !== null && <MemberName uid={stop.uid} />} <Instant at={stop.at} />
          </span>
        )}
      </p>
      {has('admin') && (
        <Link to="/stop" className={classes.action}>
          Lift the stop
        </Link>
      )}
    </div>
  );
}
