import { formatAmount, toMinor } from '@countersign/domain/money/money';
import type { Total } from '@countersign/domain/schemas/common';
import type { ReactNode } from 'react';
import classes from './money.module.css';

/** An amount without its currency, which has a column of its own. */
export function Amount({ minor, currency }: { readonly minor: string; readonly currency: string }): ReactNode {
  return <span className="tabular nowrap">{formatAmount(toMinor(minor), currency)}</span>;
}

/** Sums per currency, one below the other, decimals aligned; never added up across currencies. */
export function Totals({
  totals,
  count = false,
  empty = 'none',
  size = 'normal',
  most = Infinity,
}: {
  readonly totals: readonly Total[];
  readonly count?: boolean;
  readonly empty?: string;
  readonly size?: 'normal' | 'large';
  /** In a list: more currencies than these are counted. */
  readonly most?: number;
}): ReactNode {
  if (totals.length === 0) return <span className="muted">{empty}</span>;
  const shown = totals.length > most + 1 ? most : totals.length;
  return (
    <span className={classes.totals} data-size={size} data-count={count || undefined}>
      {totals.slice(0, shown).map((total) => (
        <span key={total.currency} className={classes.total}>
          <span className={classes.currency}>{total.currency}</span>
          <span className={classes.amount}>{formatAmount(toMinor(total.amountMinor), total.currency)}</span>
          {count && <span className={classes.count}>{total.count.toLocaleString('en')}</span>}
        </span>
      ))}
      {totals.length > shown && <span className={classes.more}>and {totals.length - shown} more currencies</span>}
    </span>
  );
}
