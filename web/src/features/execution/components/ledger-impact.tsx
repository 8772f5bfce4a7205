import { plural } from '@countersign/domain/plan/sentence';
import type { Plan } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { AccountName } from '../../../components/account-name.tsx';
import table from '../../../components/data-table.module.css';
import { ScrollBox } from '../../../components/scroll-box.tsx';
import { Amount } from '../../../components/money.tsx';
import { usePhone } from '../../../components/phone.ts';
import { Section } from '../../../components/section.tsx';
import classes from './overview.module.css';

type Impact = Plan['ledgerImpact'][number];

/** Accounts that are shown at once; the rest unfolds. */
const ROWS = 8;

/** What the plan would post, summed per account and currency. */
export function LedgerImpact({ plan }: { readonly plan: Plan }): ReactNode {
  const phone = usePhone();
  if (plan.ledgerImpact.length === 0) return null;
  const impact = plan.ledgerImpact.toSorted(
    (a, b) => a.currency.localeCompare(b.currency) || Number(a.debitMinor === '0') - Number(b.debitMinor === '0'),
  );
  const head = impact.slice(0, ROWS);
  const rest = impact.slice(ROWS);
  const Shown = phone ? PhoneTable : DeskTable;
  return (
    <Section title="What the ledger gets" aside={plural(plan.effectCount, 'journal')}>
      <Shown rows={head} />
      {rest.length > 0 && (
        <details className={classes.rest}>
          <summary>{plural(rest.length, 'more account')}</summary>
          <Shown rows={rest} />
        </details>
      )}
    </Section>
  );
}

function DeskTable({ rows }: { readonly rows: readonly Impact[] }): ReactNode {
  return (
    <ScrollBox label="What the ledger gets">
      <table className={`${table.table} ${classes.impact}`} aria-label="Ledger entries per account">
        <thead>
          <tr>
            <th>Account</th>
            <th>Currency</th>
            <th data-num>Debit</th>
            <th data-num>Credit</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((impact) => (
            <tr key={`${impact.accountId}_${impact.currency}`}>
              <td>
                <AccountLink impact={impact} />
              </td>
              <td className="muted">{impact.currency}</td>
              <td data-num>
                <Side minor={impact.debitMinor} currency={impact.currency} />
              </td>
              <td data-num>
                <Side minor={impact.creditMinor} currency={impact.currency} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

/** The currency stands below the account, and both sides share a column that names them. */
function PhoneTable({ rows }: { readonly rows: readonly Impact[] }): ReactNode {
  return (
    <table className={table.table} aria-label="Ledger entries per account">
      <thead>
        <tr>
          <th>Account</th>
          <th data-num>Debit or credit</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((impact) => (
          <tr key={`${impact.accountId}_${impact.currency}`}>
            <td>
              <AccountLink impact={impact} />
              <span className={classes.below}>{impact.currency}</span>
            </td>
            <td data-num>
              <PhoneSide word="debit" minor={impact.debitMinor} currency={impact.currency} />
              <PhoneSide word="credit" minor={impact.creditMinor} currency={impact.currency} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function AccountLink({ impact }: { readonly impact: Impact }): ReactNode {
  return (
    <Link to={`/ledger/accounts/${impact.accountId}`}>
      <AccountName accountId={impact.accountId} />
    </Link>
  );
}

function Side({ minor, currency }: { readonly minor: string; readonly currency: string }): ReactNode {
  return minor === '0' ? null : <Amount minor={minor} currency={currency} />;
}

function PhoneSide({
  word,
  minor,
  currency,
}: {
  readonly word: string;
  readonly minor: string;
  readonly currency: string;
}): ReactNode {
  if (minor === '0') return null;
  return (
    <>
      <Amount minor={minor} currency={currency} />
      <span className={classes.below}>{word}</span>
    </>
  );
}
