import { SUSPENSE_ACCOUNT } from '@countersign/domain/ledger/suspense';
import { plural } from '@countersign/domain/plan/sentence';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import { netOf } from '../api/sums.ts';
import { ALERTS_COUNTED, useOpenAlertCount } from './ledger-nav.tsx';
import { SidedAmount } from './sided-amount.tsx';
import classes from './ledger.module.css';

const CURRENCIES = 40;

/** What somebody should look at: open alerts, and what lies in suspense. Nothing when there is neither. */
export function Attention(): ReactNode {
  const { orgId } = useWorkplace();
  const alerts = useOpenAlertCount() ?? 0;
  const { live } = useLiveList(refs.balancesOf(orgId, SUSPENSE_ACCOUNT), CURRENCIES);
  const suspense = live.kind === 'ready' ? live.value.filter((balance) => netOf(balance).side !== null) : [];
  if (alerts === 0 && suspense.length === 0) return null;
  return (
    <ul className={classes.attention}>
      {alerts > 0 && (
        <li>
          <Mark tone="act" shape="triangle" wrap>
            <Link to="/ledger/alerts">
              {alerts >= ALERTS_COUNTED ? `More than ${ALERTS_COUNTED - 1} alerts` : plural(alerts, 'alert')} to look at
            </Link>
          </Mark>
        </li>
      )}
      {suspense.map((balance) => (
        <li key={balance.currency}>
          <Mark tone="act" shape="triangle" wrap>
            <Link to={`/ledger/accounts/${SUSPENSE_ACCOUNT}`}>In suspense</Link>: {balance.currency}{' '}
            <SidedAmount sum={netOf(balance)} currency={balance.currency} />
          </Mark>
        </li>
      ))}
    </ul>
  );
}
