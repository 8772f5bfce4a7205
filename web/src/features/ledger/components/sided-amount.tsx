import type { ReactNode } from 'react';
import { Amount } from '../../../components/money.tsx';
import type { Sided } from '../api/sums.ts';
import classes from './ledger.module.css';

/** An amount with the side that it lies on. */
export function SidedAmount({ sum, currency }: { readonly sum: Sided; readonly currency: string }): ReactNode {
  return (
    <>
      <Amount minor={sum.amountMinor} currency={currency} />
      <span className={classes.side}>{sum.side ?? ''}</span>
    </>
  );
}
