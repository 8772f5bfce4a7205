import type {
  RestatedLine,
  RestatementCause,
  RestatementPage,
  StatementColumn,
  StatementRate,
} from '@countersign/domain/schemas/statement';
import { toMinor } from '@countersign/domain/money/money';
import { plural } from '@countersign/domain/plan/sentence';
import { Button } from '@mantine/core';
import { Fragment, type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { useQueryPages } from '../../../app/query.ts';
import table from '../../../components/data-table.module.css';
import { Instant } from '../../../components/instant.tsx';
import { Amount } from '../../../components/money.tsx';
import { Notice } from '../../../components/notice.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { sided } from '../api/sums.ts';
import { SidedAmount } from './sided-amount.tsx';
import ledger from './ledger.module.css';
import classes from './statement.module.css';

/** Lines of an issued statement that are not what they were, and the journals behind each. */
export function Restatement({ statementId }: { readonly statementId: string }): ReactNode {
  const query = useQueryPages('readRestatement', { statementId });
  const first = query.pages[0];
  const lines = query.pages.flatMap((page) => page.lines);
  return (
    <Section
      title="What has changed since"
      count={first === undefined || first.unchanged ? undefined : first.lineCount}
      aside={
        first && (
          <>
            compared <Instant at={first.comparedAt} seconds />{' '}
            <button type="button" className={ledger.more} onClick={query.reload}>
              again
            </button>
          </>
        )
      }
    >
      {query.state === 'loading' && <RowsSkeleton rows={4} />}
      {query.state === 'failed' && (
        <Notice
          title="It could not be compared"
          message={query.failure?.message ?? ''}
          action={{ label: 'Try again', run: query.reload }}
        />
      )}
      {first?.unchanged === true && (
        <p className={classes.checks}>
          <Mark tone="good" shape="disc-check" wrap>
            Nothing: every line is what it was
            {first.ledgerSizeNow > first.ledgerSizeThen &&
              `, though the ledger has ${(first.ledgerSizeNow - first.ledgerSizeThen).toLocaleString('en')} more entries`}
            .
          </Mark>
        </p>
      )}
      {lines.length > 0 && (
        <div className={table.scroll} tabIndex={0} role="group" aria-label="Changed lines, scrolls sideways">
          <table className={`${table.table} ${classes.changed}`} aria-label="Changed lines">
            <thead>
              <tr>
                <th>Line</th>
                <th className="desk-only">Column</th>
                <th className="desk-only">Currency</th>
                <th data-num>Was</th>
                <th data-num>Is now</th>
                <th data-num>Difference</th>
                <th>Because of</th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <Changed
                  key={`${line.currency} ${String(line.converted)} ${line.id}`}
                  statementId={statementId}
                  line={line}
                  columns={first?.columns ?? []}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {first !== undefined && first.rates.length > 0 && <ChangedRates rates={first.rates} />}
      {query.hasMore && (
        <Button variant="default" size="xs" mt={12} loading={query.loadingMore} onClick={query.loadMore}>
          Show more
        </Button>
      )}
    </Section>
  );
}

/** Rates that the conversion would use now and did not then: no journal is behind these differences. */
function ChangedRates({ rates }: { readonly rates: RestatementPage['rates'] }): ReactNode {
  return (
    <details className={classes.notes} open={rates.length <= RATES_OPEN}>
      <summary>{plural(rates.length, 'rate')} changed</summary>
      <ul>
        {rates.map(({ was, is }) => {
          const { base, quote, asOf } = (is ?? was) as StatementRate;
          return (
            <li key={`${base} ${quote} ${asOf}`} className="tabular">
              1 {base} in {quote}, of {asOf}: {was === null ? 'not used then' : `was ${was.rate} (${was.source})`},{' '}
              {is === null ? 'not used now' : `is ${is.rate} (${is.source})`}
            </li>
          );
        })}
      </ul>
    </details>
  );
}
const RATES_OPEN = 10;

const CHANGES = { added: 'new', removed: 'gone', changed: '' } as const;

function Changed({
  statementId,
  line,
  columns: named,
}: {
  readonly statementId: string;
  readonly line: RestatedLine;
  readonly columns: readonly StatementColumn[];
}): ReactNode {
  const [open, setOpen] = useState(false);
  const { accountId, currency } = line;
  const columns = Object.entries(line.amounts);
  const labelOf = (column: string): string => named.find(({ id }) => id === column)?.label ?? column;
  return (
    <>
      {columns.map(([column, { oldMinor, newMinor, differenceMinor }], index) => (
        <tr key={column}>
          <td>
            {index === 0 && (
              <>
                {accountId === null ? line.label : <Link to={`/ledger/accounts/${accountId}`}>{line.label}</Link>}
                {CHANGES[line.change] !== '' && <span className="muted"> ({CHANGES[line.change]})</span>}
              </>
            )}
            <div className="phone-only muted">
              {labelOf(column)}, {currency}
              {line.converted && ' (converted)'}
            </div>
          </td>
          <td className="desk-only muted">{labelOf(column)}</td>
          <td className="desk-only muted">
            {currency}
            {line.converted && ' (converted)'}
          </td>
          <td data-num>
            <Amount minor={oldMinor} currency={currency} />
          </td>
          <td data-num>
            <Amount minor={newMinor} currency={currency} />
          </td>
          <td data-num className={classes.difference}>
            <Amount minor={differenceMinor} currency={currency} />
          </td>
          <td>
            {index === 0 && accountId !== null && !line.converted && (
              <button type="button" className={ledger.more} aria-expanded={open} onClick={() => setOpen(!open)}>
                {open ? 'Hide the journals' : 'Which journals'}
              </button>
            )}
          </td>
        </tr>
      ))}
      {open && accountId !== null && <Causes statementId={statementId} accountId={accountId} />}
    </>
  );
}

const WHY: Readonly<Record<RestatementCause['why'], string>> = {
  late: 'recorded since',
  reversal: 'takes a journal back',
  posted: 'was pending then',
};

function Causes({ statementId, accountId }: { readonly statementId: string; readonly accountId: string }): ReactNode {
  const query = useQueryPages('readRestatementCauses', { statementId, accountId });
  const causes = query.pages.flatMap((page) => page.causes);
  return (
    <Fragment>
      {causes.map((cause) => (
        <tr key={cause.journalId} className={classes.causes}>
          <td>
            <Link to={`/ledger/journals/${cause.journalId}`}>{cause.memo || 'Journal'}</Link>{' '}
            <span className="muted">
              {WHY[cause.why]}
              {cause.lateFor !== null && `, asked for ${cause.lateFor}`}
            </span>
          </td>
          <td colSpan={2} className="desk-only" />
          <td colSpan={2} className="tabular">
            for {cause.effectiveDay}, <Instant at={cause.recordedAt} />
          </td>
          <td data-num>
            {cause.effects.map(({ currency, netDebitMinor }) => (
              <div key={currency}>
                {currency} <SidedAmount sum={sided(toMinor(netDebitMinor))} currency={currency} />
              </div>
            ))}
          </td>
          <td />
        </tr>
      ))}
      {(causes.length === 0 || query.hasMore) && (
        <tr className={classes.causes}>
          <td colSpan={7} className="muted">
            {query.state === 'loading' && '…'}
            {query.state === 'failed' && `The journals could not be read: ${query.failure?.message ?? ''}`}
            {query.state === 'ready' && causes.length === 0 && !query.hasMore && 'No journal is behind this line.'}
            {query.hasMore && (
              <button type="button" className={ledger.more} disabled={query.loadingMore} onClick={query.loadMore}>
                {query.loadingMore ? 'Looking further back…' : 'Look further'}
              </button>
            )}
          </td>
        </tr>
      )}
    </Fragment>
  );
}
