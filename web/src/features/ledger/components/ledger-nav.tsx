import { type ReactNode, useEffect, useRef } from 'react';
import { NavLink } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import tabs from '../../../components/filter-links.module.css';
import { refs } from '../../../refs.ts';
import classes from './ledger.module.css';

/** More open alerts than 20 are counted as `20+`. */
export const ALERTS_COUNTED = 21;

/** The ledger's pages. */
export function LedgerNav(): ReactNode {
  const alerts = useOpenAlertCount();
  const nav = useRef<HTMLElement>(null);
  // On a phone it scrolls sideways: where one is must be in sight.
  useEffect(() => {
    nav.current?.querySelector('[aria-current="page"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [alerts]);
  return (
    <nav ref={nav} className={`no-print ${tabs.root} ${classes.nav}`} aria-label="Ledger">
      <NavLink to="/ledger" end className={tabs.link ?? ''}>
        Accounts
      </NavLink>
      <NavLink to="/ledger/trial-balance" className={tabs.link ?? ''}>
        Trial balance
      </NavLink>
      <NavLink to="/ledger/statements" className={tabs.link ?? ''}>
        Statements
      </NavLink>
      <NavLink to="/ledger/periods" className={tabs.link ?? ''}>
        Periods
      </NavLink>
      {alerts !== null && (
        <NavLink to="/ledger/alerts" className={tabs.link ?? ''}>
          Alerts
          {alerts > 0 && <span className={tabs.count}>{countInWords(alerts)}</span>}
        </NavLink>
      )}
    </nav>
  );
}

/** Open alerts; null for whoever may not read them. */
export function useOpenAlertCount(): number | null {
  const { orgId, has } = useWorkplace();
  const may = has('executive', 'treasurer', 'auditor', 'admin');
  const { live } = useLiveList(may ? refs.alerts(orgId, 'open') : null, ALERTS_COUNTED);
  if (!may) return null;
  return live.kind === 'ready' ? live.value.length : 0;
}

export function countInWords(count: number): string {
  return count >= ALERTS_COUNTED ? `${ALERTS_COUNTED - 1}+` : String(count);
}
