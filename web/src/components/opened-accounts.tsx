import { plural } from '@countersign/domain/plan/sentence';
import type { ReactNode } from 'react';
import type { OpenedAccounts as Result } from '../app/open-accounts.ts';
import classes from './opened-accounts.module.css';

/** Ids that are listed; more are counted. */
const NAMED = 20;

/** What became of the wish to open accounts: opened, there before, unknown at Stripe. */
export function OpenedAccounts({ result }: { readonly result: Result | null }): ReactNode {
  return (
    <div role="status">
      {result && (
        <dl className={classes.root}>
          <dt>Opened</dt>
          <dd>
            {plural(result.opened, 'connected account')}
            {result.opened > 0 && ', with the balances that Stripe shows now'}
          </dd>
          <dt>Existing</dt>
          <dd>{result.existing === 0 ? 'none' : `${plural(result.existing, 'account')}, open already`}</dd>
          <dt>Not at Stripe</dt>
          <dd>{result.missing.length === 0 ? 'none' : <Ids ids={result.missing} />}</dd>
        </dl>
      )}
    </div>
  );
}

/** A list of ids in running text. */
export function Ids({ ids }: { readonly ids: readonly string[] }): ReactNode {
  return (
    <>
      <span className={`mono ${classes.ids}`}>{ids.slice(0, NAMED).join(', ')}</span>
      {ids.length > NAMED && ` and ${(ids.length - NAMED).toLocaleString('en')} more`}
    </>
  );
}
