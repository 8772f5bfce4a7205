import { IconDots } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link, NavLink, useLocation } from 'react-router';
import { mayOpen } from './access.ts';
import { ColorSchemeSwitch } from './color-scheme-switch.tsx';
import { ALL_DESTINATIONS, APPROVALS, BAR_DESTINATIONS, type Destination, NOTIFICATIONS } from './navigation.ts';
import { useUnreadCount } from './notifications.ts';
import { OfflineBanner } from './offline-banner.tsx';
import { useWorkplace } from './organization.tsx';
import { useSession } from './session.tsx';
import classes from './shell.module.css';
import { StopBanner } from './stop-banner.tsx';
import { useDecisionCount } from './decisions.ts';

/** Navigation left on a desk, at the bottom of a phone; a plain CSS grid. */
export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  const { organization, me, has } = useWorkplace();
  const mayStop = has('operator', 'approver', 'treasurer', 'admin');
  const { signOut } = useSession();
  const decisions = useDecisionCount();
  const unread = useUnreadCount();
  const countOf = (destination: Destination): number =>
    destination === APPROVALS ? decisions : destination === NOTIFICATIONS ? unread : 0;
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const first = useRef(true);

  // A new page begins at its top, for eyes and for screen readers.
  useEffect(() => {
    window.scrollTo(0, 0);
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [pathname]);

  return (
    <div className={classes.shell}>
      <a href="#main" className={classes.skip}>
        Skip to the page
      </a>
      <nav className={classes.side} aria-label="Main">
        <Link to="/" className={classes.brand}>
          <img src="/icon.svg" alt="" width={22} height={22} />
          <span>Countersign</span>
        </Link>
        <p className={classes.organization} title={organization.name}>
          {organization.name}
          {organization.provider.mode === 'test' && <span className={classes.mode}>test mode</span>}
        </p>
        <ul className={classes.links}>
          {ALL_DESTINATIONS.filter(({ to }) => mayOpen(to, me.roles)).map((destination) => (
            <li key={destination.to}>
              <NavItem destination={destination} count={countOf(destination)} />
            </li>
          ))}
        </ul>
        <div className={classes.foot}>
          {mayStop && (
            <Link to="/stop" className={classes.out}>
              {organization.stop.active ? 'Stopped' : 'Stop everything…'}
            </Link>
          )}
          <ColorSchemeSwitch />
          <p className={classes.me}>
            <span className={classes.name}>{me.name}</span>
            <span className={classes.roles}>{me.roles.join(', ')}</span>
          </p>
          <button type="button" className={classes.out} onClick={() => void signOut()}>
            Sign out
          </button>
        </div>
      </nav>
      <div className={classes.body}>
        <OfflineBanner />
        <StopBanner />
        <main id="main" ref={main} tabIndex={-1} className={classes.main}>
          {children}
        </main>
      </div>
      <nav className={classes.bar} aria-label="Main, short">
        {BAR_DESTINATIONS.filter(({ to }) => mayOpen(to, me.roles)).map((destination) => (
          <NavItem key={destination.to} destination={destination} count={countOf(destination)} />
        ))}
        <NavItem destination={{ to: '/more', label: 'More', icon: IconDots }} count={unread} />
      </nav>
    </div>
  );
}

function NavItem({ destination, count }: { readonly destination: Destination; readonly count: number }): ReactNode {
  const Icon = destination.icon;
  return (
    <NavLink to={destination.to} end={destination.to === '/'} className={classes.link ?? ''}>
      <Icon size={18} stroke={1.6} aria-hidden />
      <span>{destination.label}</span>
      {count > 0 && (
        <span className={classes.count}>
          {count > 20 ? '20+' : count}
          <span className="visually-hidden"> {destination === APPROVALS ? 'waiting for you' : 'new messages'}</span>
        </span>
      )}
    </NavLink>
  );
}
