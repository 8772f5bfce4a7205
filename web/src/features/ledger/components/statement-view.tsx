import { plural } from '@countersign/domain/plan/sentence';
import type { StatementCheck, StatementHead, StatementParametersInput } from '@countersign/domain/schemas/statement';
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useQueryPages } from '../../../app/query.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Instant } from '../../../components/instant.tsx';
import { Notice } from '../../../components/notice.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { checkLines } from '../api/check-lines.ts';
import { IssueStatement } from './issue-statement.tsx';
import { StatementTable } from './statement-table.tsx';
import classes from './statement.module.css';

/** A statement as it is when it is asked for: what holds of it, its lines, what a reader must know. */
export function StatementView({ parameters }: { readonly parameters: StatementParametersInput }): ReactNode {
  const { has } = useWorkplace();
  const query = useQueryPages('readStatement', { parameters });
  const last = query.pages.at(-1)?.head;
  // Rates come with the first page; a register is checked on its last.
  const head = last && { ...last, rates: query.pages[0]?.head.rates ?? [] };
  if (query.state === 'failed')
    return (
      <Notice
        title="This statement could not be made"
        message={query.failure?.message ?? ''}
        action={{ label: 'Try again', run: query.reload }}
      />
    );
  if (head === undefined)
    return (
      <>
        {parameters.kind === 'cash_flow' && (
          <p className={classes.said}>A cash flow is made of the journals of all cash accounts: it can take a while.</p>
        )}
        <RowsSkeleton rows={8} />
      </>
    );
  const lines = query.pages.flatMap((page) => page.lines);
  return (
    <>
      <AsKnown head={head} onAgain={query.reload} />
      <Checks checks={head.checks} />
      {lines.length === 0 ? (
        <Empty>Nothing is booked that this statement would show.</Empty>
      ) : (
        <StatementTable head={head} lines={lines} />
      )}
      {query.failure !== null && <p role="alert">The next lines did not arrive: {query.failure.message}</p>}
      {query.hasMore && (
        <Button variant="default" size="xs" mt={12} loading={query.loadingMore} onClick={query.loadMore}>
          Show more
        </Button>
      )}
      <Notes head={head} />
      {has('executive', 'treasurer', 'auditor', 'admin') && <IssueStatement parameters={parameters} />}
    </>
  );
}

function AsKnown({ head, onAgain }: { readonly head: StatementHead; readonly onAgain: () => void }): ReactNode {
  return (
    <p className={classes.said}>
      {head.title} {head.period}, as known at{' '}
      {head.provisional ? (
        <>
          <Instant at={head.knownUntil} seconds />. Provisional: the day is not over, and more of it may come.{' '}
          <Button variant="default" size="compact-xs" onClick={onAgain}>
            Read again
          </Button>
        </>
      ) : (
        <>the end of {head.knownAt} (UTC).</>
      )}
    </p>
  );
}

/** What must hold, and whether it does, of all currencies and columns. */
export function Checks({ checks }: { readonly checks: readonly StatementCheck[] }): ReactNode {
  return (
    <ul className={classes.checks} aria-label="Checks">
      {checkLines(checks).map(({ holds, text }) => (
        <li key={text}>
          <Mark tone={holds ? 'good' : 'bad'} shape={holds ? 'disc-check' : 'triangle'} wrap>
            {text}
          </Mark>
        </li>
      ))}
    </ul>
  );
}

function Notes({ head }: { readonly head: StatementHead }): ReactNode {
  if (head.notes.length === 0 && head.rates.length === 0) return null;
  return (
    <ul className={classes.notes}>
      {head.notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
      {head.rates.length > 0 && (
        <li>
          <details>
            <summary>{plural(head.rates.length, 'rate')} used</summary>
            <ul>
              {head.rates.map(({ base, quote, rate, source, asOf, observedAt, used }) => (
                <li key={`${base} ${quote} ${asOf}`} className="tabular">
                  1 {base} = {rate} {quote}, of {asOf}
                  {used === 'closing' && ' (closing)'}
                  {used === 'both' && ' (closing, and of the day)'}, {source}
                  {observedAt !== undefined && observedAt !== asOf && `, observed ${observedAt}`}
                </li>
              ))}
            </ul>
          </details>
        </li>
      )}
    </ul>
  );
}
