import { type ReactNode, useState } from 'react';
import { useWorkplace } from '../../../app/organization.tsx';
import { readWhole } from '../../../app/read-once.ts';
import { useServices } from '../../../app/services.ts';
import { messageOf } from '../../../components/message-of.ts';
import { refs } from '../../../refs.ts';
import { balancesCsv } from '../api/balances-csv.ts';
import { useSaveCsv } from './use-save-csv.ts';
import { MOST_ACCOUNTS } from './use-whole-chart.ts';
import classes from './ledger.module.css';

/** Every currency of every account counts. */
const MOST_BALANCES = 4 * MOST_ACCOUNTS;

/** All balances as they are now, or those of some accounts, as CSV. */
export function DownloadBalances({
  only = null,
}: {
  /** Ids, in the order in which they are shown; null for all accounts. */
  readonly only?: readonly string[] | null;
}): ReactNode {
  const { orgId } = useWorkplace();
  const { firestore } = useServices();
  const { save, problem } = useSaveCsv();
  const [state, setState] = useState<string | null>(null);
  const download = (): void => {
    setState('Reading…');
    Promise.all([
      readWhole(firestore, refs.accounts(orgId), MOST_ACCOUNTS),
      readWhole(firestore, refs.balances(orgId), MOST_BALANCES),
    ])
      .then(async ([accounts, balances]) => {
        await save({ kind: 'balances' }, only?.length ?? accounts.length, balancesCsv(accounts, balances, only));
        setState(null);
      })
      .catch((error: unknown) => setState(messageOf(error)));
  };
  return (
    <span className="no-print">
      <button type="button" className={classes.more} onClick={download}>
        {only === null ? 'Download balances (CSV)' : 'Download these balances (CSV)'}
      </button>
      <span role="status"> {state ?? problem}</span>
    </span>
  );
}
