import type { Journal } from '@countersign/domain/schemas/journal';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { AccountName } from '../../../components/account-name.tsx';
import table from '../../../components/data-table.module.css';
import { ScrollBox } from '../../../components/scroll-box.tsx';
import { Amount } from '../../../components/money.tsx';
import { Section } from '../../../components/section.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { journalSums } from '../api/journal-sums.ts';
import classes from './ledger.module.css';

/** Both sides of a journal, and that they are equal in each currency. */
export function JournalEntries({ journal }: { readonly journal: Journal }): ReactNode {
  const { entries, suspended, reversedMinor } = journal;
  const partly = reversedMinor.some((minor) => minor !== '0');
  return (
    <Section title="Entries" count={entries.length}>
      <ScrollBox label="Entries">
        <table className={`${table.table} ${classes.entries}`} aria-label="Entries of this journal">
          <thead>
            <tr>
              <th>Account</th>
              <th>
                <span className={classes.short}>Currency</span>
              </th>
              <th data-num>Debit</th>
              <th data-num>Credit</th>
              {partly && (
                <th data-num className="desk-only">
                  Reversed
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {entries.map((entry, index) => {
              const lost = suspended.find((one) => one.entry === index);
              return (
                <tr key={index}>
                  <td className={classes.memo}>
                    <Link to={`/ledger/accounts/${entry.accountId}`}>
                      <AccountName accountId={entry.accountId} full />
                    </Link>
                    {partly && (
                      <span className={`phone-only ${classes.under}`}>
                        reversed <Amount minor={reversedMinor[index] ?? '0'} currency={entry.currency} />
                      </span>
                    )}
                    {lost && (
                      <span className={classes.under}>
                        <Mark tone="bad" shape="triangle" wrap>
                          In suspense: meant for {lost.accountId}. {lost.reason}
                        </Mark>
                      </span>
                    )}
                  </td>
                  <td className="muted">{entry.currency}</td>
                  <td data-num>
                    {entry.side === 'debit' && <Amount minor={entry.amountMinor} currency={entry.currency} />}
                  </td>
                  <td data-num>
                    {entry.side === 'credit' && <Amount minor={entry.amountMinor} currency={entry.currency} />}
                  </td>
                  {partly && (
                    <td data-num className="desk-only">
                      <Amount minor={reversedMinor[index] ?? '0'} currency={entry.currency} />
                    </td>
                  )}
                </tr>
              );
            })}
          </tbody>
          <tfoot>
            {journalSums(entries).map(({ currency, debitMinor, creditMinor }) => (
              <tr key={currency}>
                <td>{debitMinor === creditMinor ? 'Both sides are equal' : 'The sides differ'}</td>
                <td>{currency}</td>
                <td data-num>
                  <Amount minor={debitMinor} currency={currency} />
                </td>
                <td data-num>
                  <Amount minor={creditMinor} currency={currency} />
                </td>
                {partly && <td className="desk-only" />}
              </tr>
            ))}
          </tfoot>
        </table>
      </ScrollBox>
    </Section>
  );
}
