import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { ColorSchemeSwitch } from '../../../app/color-scheme-switch.tsx';
import { mayOpen } from '../../../app/access.ts';
import { MORE_DESTINATIONS, NOTIFICATIONS } from '../../../app/navigation.ts';
import { useUnreadCount } from '../../../app/notifications.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { useSession } from '../../../app/session.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import classes from './more-page.module.css';

/** What does not fit into the bottom bar of a phone. */
export default function MorePage(): ReactNode {
  const { me, organization, has } = useWorkplace();
  const { signOut } = useSession();
  const unread = useUnreadCount();
  return (
    <>
      <PageHeader title="More" />
      <ul className={classes.links}>
        {MORE_DESTINATIONS.filter(({ to }) => mayOpen(to, me.roles)).map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Link to={to} className={classes.link}>
              <Icon size={20} stroke={1.6} aria-hidden />
              {label}
              {to === NOTIFICATIONS.to && unread > 0 && (
                <span className="muted">{unread > 20 ? '20+' : unread} new</span>
              )}
            </Link>
          </li>
        ))}
        {has('admin', 'operator', 'approver', 'treasurer') && (
          <li>
            <Link to="/stop" className={classes.link}>
              Stop everything
            </Link>
          </li>
        )}
      </ul>
      <dl className={classes.facts}>
        <dt>Signed in</dt>
        <dd>
          {me.name}, {me.roles.join(', ')}
        </dd>
        <dt>Organization</dt>
        <dd>{organization.name}</dd>
        <dt>Colours</dt>
        <dd>
          <ColorSchemeSwitch />
        </dd>
      </dl>
      <Button variant="default" onClick={() => void signOut()}>
        Sign out
      </Button>
    </>
  );
}
