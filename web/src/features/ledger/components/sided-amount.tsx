import type { ReactNode } from 'react';
import { Amount } from '../../../components/money.tsx';
import type { Sided } from '../api/sums.ts';
import classes from './ledger.module.css';

/** An amount with the side that it lies on. */
export function SidedAmount({
  sum,
  currency,
  quiet = false,
}: {
  readonly sum: Sided;
  readonly currency: string;
  /** Zero is a dash. */
  readonly quiet?: boolean;
}): ReactNode {
  return (
    <>
      {quiet && sum.side === null ? (
        <span className="muted">–</span>
      ) : (
        <Amount minor={sum.amountMinor} currency={currency} />
      )}
      <span className={classes.side}>{sum.side ?? ''}</span>
    </>
  );
}
