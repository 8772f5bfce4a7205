import { type ReactNode, useState } from 'react';
import { useWorkplace } from '../../../app/organization.tsx';
import { readWhole } from '../../../app/read-once.ts';
import { useServices } from '../../../app/services.ts';
import { messageOf } from '../../../components/message-of.ts';
import { saveBlob } from '../../../components/save-blob.ts';
import { refs } from '../../../refs.ts';
import { balancesCsv } from '../api/balances-csv.ts';
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
  const [state, setState] = useState<string | null>(null);
  const download = (): void => {
    setState('Reading…');
    Promise.all([
      readWhole(firestore, refs.accounts(orgId), MOST_ACCOUNTS),
      readWhole(firestore, refs.balances(orgId), MOST_BALANCES),
    ]).then(
      ([accounts, balances]) => {
        saveBlob(
          new Blob(['\uFEFF', balancesCsv(accounts, balances, only)], { type: 'text/csv' }),
          `balances-${orgId}.csv`,
        );
        setState(null);
      },
      (error: unknown) => setState(messageOf(error)),
    );
  };
  return (
    <span className="no-print">
      <button type="button" className={classes.more} onClick={download}>
        {only === null ? 'Download balances (CSV)' : 'Download these balances (CSV)'}
      </button>
      <span role="status"> {state}</span>
    </span>
  );
}
