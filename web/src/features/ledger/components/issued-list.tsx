import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import table from '../../../components/data-table.module.css';
import { DownloadButton } from '../../../components/download-button.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { More } from '../../../components/more.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import classes from './statement.module.css';

const PAGE = 20;

/** Statements that were issued, newest first. */
export function IssuedList(): ReactNode {
  const { orgId } = useWorkplace();
  const list = useLiveList(refs.statements(orgId), PAGE);
  return (
    <Section title="Issued">
      {list.live.kind === 'loading' && <RowsSkeleton rows={3} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="issued statements" />}
      {list.live.kind === 'ready' && list.live.value.length === 0 && (
        <Empty>No statement has been issued. Issuing keeps a file with its checksum and what proves it.</Empty>
      )}
      {list.live.kind === 'ready' && list.live.value.length > 0 && (
        <div className={table.scroll} tabIndex={0} role="group" aria-label="Issued statements, scrolls sideways">
          <table className={`${table.table} ${classes.issued}`} aria-label="Issued statements">
            <thead>
              <tr>
                <th>Statement</th>
                <th className="desk-only">As known at</th>
                <th className="desk-only">Checks</th>
                <th className="desk-only">Issued</th>
                <th>File</th>
              </tr>
            </thead>
            <tbody>
              {list.live.value.map((statement) => (
                <tr key={statement.id}>
                  <td>
                    <Link to={`/ledger/statements/${statement.id}`}>{statement.title}</Link>{' '}
                    <span className="muted">{statement.period}</span>
                  </td>
                  <td className="tabular nowrap desk-only">
                    {statement.knownAt}
                    {statement.provisional && <span className="muted">, provisional</span>}
                  </td>
                  <td className="desk-only">
                    {statement.checksHold ? (
                      <Mark tone="good" shape="disc-check">
                        All hold
                      </Mark>
                    ) : (
                      <Mark tone="bad" shape="triangle">
                        One does not hold
                      </Mark>
                    )}
                  </td>
                  <td className="desk-only">
                    <Instant at={statement.issuedAt} />, <MemberName uid={statement.issuedBy} />
                  </td>
                  <td>
                    <DownloadButton
                      storagePath={statement.file.storagePath}
                      name={statement.file.name}
                      label={statement.format.toUpperCase()}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <More list={list} noun="statements" />
    </Section>
  );
}
