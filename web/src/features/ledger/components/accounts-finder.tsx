import { plural } from '@countersign/domain/plan/sentence';
import type { Account } from '@countersign/domain/schemas/account';
import { NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { Empty } from '../../../components/empty.tsx';
import { Notice } from '../../../components/notice.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { branchesOf, findAccounts } from '../api/find-accounts.ts';
import { AccountRows } from './account-rows.tsx';
import { AccountTable } from './account-table.tsx';
import { DownloadBalances } from './download-balances.tsx';
import { useAddress } from './use-address.ts';
import { type WholeChart, useWholeChart } from './use-whole-chart.ts';
import classes from './ledger.module.css';

const SHOWN = 60;

/** Find accounts by typing or by branch; without either, what is given as children is there. */
export function AccountsFinder({ children }: { readonly children: ReactNode }): ReactNode {
  const { search, put } = useAddress();
  const text = search.get('find') ?? '';
  const branch = search.get('branch') ?? '';
  const filtered = text.trim() !== '' || branch !== '';
  const [typed, setTyped] = useState(text);
  const [touched, setTouched] = useState(false);
  const [chart, again] = useWholeChart(touched || filtered);
  const branches = chart.kind === 'ready' ? branchesOf(chart.accounts) : [];
  const write = (value: string): void => {
    setTyped(value);
    put('find', value.trim() === '' ? '' : value);
  };
  return (
    <>
      <div className={`no-print ${classes.filter}`} role="search" onFocus={() => setTouched(true)}>
        <TextInput
          label="Find an account"
          placeholder="Name, id or part of it"
          type="search"
          autoComplete="off"
          spellCheck={false}
          className={classes.find ?? ''}
          value={typed}
          onChange={(event) => write(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && typed !== '') write('');
          }}
        />
        <NativeSelect
          label="Branch"
          data={[
            { value: '', label: 'All branches' },
            ...(branches.includes(branch) || branch === '' ? branches : [branch, ...branches]).map((one) => ({
              value: one,
              label: one,
            })),
          ]}
          value={branch}
          onChange={(event) => put('branch', event.currentTarget.value)}
        />
      </div>
      {filtered ? <Found chart={chart} again={again} text={text} branch={branch} /> : children}
    </>
  );
}

function Found({
  chart,
  again,
  text,
  branch,
}: {
  readonly chart: WholeChart;
  readonly again: () => void;
  readonly text: string;
  readonly branch: string;
}): ReactNode {
  const [shown, setShown] = useState(SHOWN);
  if (chart.kind === 'failed')
    return (
      <Notice
        title="The accounts could not be searched"
        message={chart.message}
        action={{ label: 'Try again', run: again }}
      />
    );
  if (chart.kind !== 'ready') return <RowsSkeleton rows={8} />;
  const found = findAccounts(chart.accounts, { text, branch });
  const above = new Map(found.map((one) => [one.account.id, one.above]));
  if (found.length === 0)
    return <Empty>No account of {plural(chart.accounts.length, 'account')} has all of these words.</Empty>;
  return (
    <>
      <div className={classes.treeActions}>
        <p role="status" className="muted">
          {plural(found.length, 'account')} of {chart.accounts.length.toLocaleString('en')}
        </p>
        {branch !== '' && (
          <Link to={`/ledger/trial-balance?branch=${encodeURIComponent(branch)}`}>Trial balance of this branch</Link>
        )}
        <DownloadBalances only={found.map(({ account }) => account.id)} />
      </div>
      <AccountTable label="Accounts found">
        <AccountRows
          accounts={found.slice(0, shown).map(({ account }) => account)}
          depth={0}
          branch={branch === '' ? null : branch}
          above={({ id }: Account) => above.get(id) ?? []}
        />
      </AccountTable>
      {found.length > shown && (
        <button type="button" className={classes.more} onClick={() => setShown(shown + SHOWN)}>
          Show more accounts
        </button>
      )}
    </>
  );
}
