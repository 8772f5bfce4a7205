import type { ReactNode } from 'react';
import { Amount } from '../../../components/money.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import type { CurrencySum } from '../api/trial-balance.ts';
import classes from './ledger.module.css';

/** Whether debits and credits of a currency agree, in a sentence. */
export function SumRow({ sum, complete }: { readonly sum: CurrencySum; readonly complete: boolean }): ReactNode {
  const zero = sum.differenceMinor === '0';
  return (
    <li className={classes.verdict}>
      <span className={classes.currency}>{sum.currency}</span>
      <span>
        <span className="muted">debit</span> <Amount minor={sum.debitMinor} currency={sum.currency} />
      </span>
      <span>
        <span className="muted">credit</span> <Amount minor={sum.creditMinor} currency={sum.currency} />
      </span>
      {!complete ? (
        <span className="muted">not all accounts are loaded</span>
      ) : zero ? (
        <Mark tone="good" shape="disc-check">
          difference exactly zero
        </Mark>
      ) : (
        <Mark tone="bad" shape="triangle">
          difference <Amount minor={sum.differenceMinor} currency={sum.currency} />
        </Mark>
      )}
    </li>
  );
}
