import type { StoredFile } from '@countersign/domain/schemas/file';
import { Fragment, type ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { formatBytes } from '../../../components/bytes.ts';
import { CopyText } from '../../../components/copy-text.tsx';
import table from '../../../components/data-table.module.css';
import { ScrollBox } from '../../../components/scroll-box.tsx';
import { DownloadButton } from '../../../components/download-button.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { FilterLinks } from '../../../components/filter-links.tsx';
import { Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { More } from '../../../components/more.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import classes from './files-page.module.css';

const PAGE = 30;
const KINDS = [
  { key: '', label: 'All' },
  { key: 'input', label: 'Uploads' },
  { key: 'result', label: 'Results' },
] as const;

export default function FilesPage(): ReactNode {
  const { orgId } = useWorkplace();
  const [search] = useSearchParams();
  const kind = search.get('kind') ?? '';
  const list = useLiveList(refs.files(orgId, kind === 'input' || kind === 'result' ? kind : null), PAGE);
  return (
    <>
      <PageHeader
        title="Files"
        purpose="What was uploaded and what executions made. The same name again is a new revision; nothing is overwritten."
      />
      <FilterLinks label="Kind of file" parameter="kind" options={KINDS} />
      {list.live.kind === 'loading' && <RowsSkeleton rows={8} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="files" />}
      {list.live.kind === 'ready' &&
        (list.live.value.length === 0 ? (
          <Empty action={<Link to="/catalogue">See the catalogue</Link>}>
            No file here yet. Files are uploaded where an operation is run.
          </Empty>
        ) : (
          <FileTable files={list.live.value} />
        ))}
      <More list={list} noun="files" />
    </>
  );
}

function FileTable({ files }: { readonly files: readonly StoredFile[] }): ReactNode {
  return (
    <ScrollBox label="Files">
      <table className={`${table.table} ${classes.table}`} aria-label="Files">
        <thead>
          <tr>
            <th>Name</th>
            <th data-num className="desk-only">
              Revision
            </th>
            <th>Status</th>
            <th data-num className="desk-only">
              Rows
            </th>
            <th data-num className="desk-only">
              Size
            </th>
            <th className="desk-only">SHA-256</th>
            <th className="desk-only">By</th>
            <th className="desk-only">When</th>
            <th>
              <span className="visually-hidden">Download</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {files.map((file) => (
            <Fragment key={file.id}>
              <tr>
                <td className={classes.name}>
                  {file.executionId === null ? (
                    file.name
                  ) : (
                    <Link to={`/executions/${file.executionId}`}>{file.name}</Link>
                  )}
                  <span className={`phone-only ${classes.under}`}>
                    <Instant at={file.createdAt} />
                    {file.revision > 1 && <>, revision {file.revision}</>}
                  </span>
                </td>
                <td data-num className="desk-only">
                  {file.revision}
                </td>
                <td>
                  {file.status === 'ready' ? (
                    <Mark tone="good" shape="ring-check">
                      {file.kind === 'draft' ? 'Draft' : 'Ready'}
                    </Mark>
                  ) : (
                    <Mark tone="bad" shape="square">
                      Refused
                    </Mark>
                  )}
                </td>
                <td data-num className="desk-only">
                  {file.profile ? file.profile.rowCount.toLocaleString('en') : '–'}
                </td>
                <td data-num className="desk-only">
                  {formatBytes(file.sizeBytes)}
                </td>
                <td className="desk-only">
                  <CopyText text={file.sha256} label="SHA-256" />
                </td>
                <td className="desk-only">
                  {file.uploadedBy === null ? (
                    <span className="muted">execution</span>
                  ) : (
                    <MemberName uid={file.uploadedBy} />
                  )}
                </td>
                <td className="nowrap desk-only">
                  <Instant at={file.createdAt} />
                </td>
                <td>{file.status === 'ready' && <DownloadButton storagePath={file.storagePath} name={file.name} />}</td>
              </tr>
              <Details file={file} />
            </Fragment>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function Details({ file }: { readonly file: StoredFile }): ReactNode {
  const issues = file.status === 'refused' ? file.issues : (file.profile?.issues ?? []);
  const { profile } = file;
  if (issues.length === 0 && !profile) return null;
  return (
    <tr className={classes.details}>
      <td colSpan={9}>
        <details open={file.status === 'refused'}>
          <summary>
            {file.status === 'refused'
              ? 'Why it was refused'
              : `${profile?.columns.length ?? 0} columns${issues.length > 0 ? `, ${profile?.badRowCount.toLocaleString('en') ?? issues.length} bad rows` : ''}`}
          </summary>
          {issues.length > 0 && (
            <ul className={classes.issues}>
              {issues.map((issue, index) => (
                <li key={index}>
                  {issue.line !== null && <span className="tabular">Line {issue.line}</span>}
                  {issue.column !== null && <span>, column {issue.column}</span>}
                  {issue.line !== null && ': '}
                  {issue.message}. <span className="muted">{issue.remedy}</span>
                </li>
              ))}
            </ul>
          )}
          {profile && (
            <dl className={classes.profile}>
              <dt>Encoding</dt>
              <dd>
                {profile.encoding}
                {profile.byteOrderMark ? ' with byte order mark' : ''}, separated by {DELIMITERS[profile.delimiter]}
              </dd>
              {profile.columns.map((column) => (
                <div key={column.name} className={classes.column}>
                  <dt>{column.name}</dt>
                  <dd>
                    {column.type}
                    {column.emptyCount > 0 && `, ${column.emptyCount.toLocaleString('en')} empty`}
                    {column.samples.length > 0 && (
                      <span className="muted"> {column.samples.slice(0, 3).join(' · ')}</span>
                    )}
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </details>
      </td>
    </tr>
  );
}

const DELIMITERS = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' } as const;
