import { CHART_TEMPLATES } from '@countersign/domain/ledger/chart/templates';
import {
  rowsOfAccounts,
  type ChartFileRow,
  type ChartIssue,
  type ChartRow,
} from '@countersign/domain/ledger/chart/chart-row';
import { writeChart } from '@countersign/domain/ledger/chart/write-chart';
import { decodeText } from '@countersign/domain/csv/decode';
import { plural } from '@countersign/domain/plan/sentence';
import { Button, NativeSelect, Textarea } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { useCommand } from '../../../app/command.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { readByIds, readWhole } from '../../../app/read-once.ts';
import { useServices } from '../../../app/services.ts';
import { CommandProblem } from '../../../components/command-problem.tsx';
import formClasses from '../../../components/form.module.css';
import { messageOf } from '../../../components/message-of.ts';
import { saveBlob } from '../../../components/save-blob.ts';
import { Section } from '../../../components/section.tsx';
import { refs } from '../../../refs.ts';
import { ACCOUNTS_PER_OPENING, type OpeningPlan, idsOf, planOpening, readChartText } from '../api/chart-plan.ts';
import { inParts } from '../api/sums.ts';
import { ChartPreview } from './chart-preview.tsx';
import { MOST_ACCOUNTS } from './use-whole-chart.ts';
import classes from './ledger.module.css';

const OWN = 'own';

type Checked =
  | { readonly kind: 'none' }
  | { readonly kind: 'checking' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'wrong'; readonly issues: readonly ChartIssue[] }
  | { readonly kind: 'plan'; readonly plan: OpeningPlan };

/** A chart of accounts from a template or as CSV: first what would be opened, then opening it. */
export function ChartForm(): ReactNode {
  const { orgId } = useWorkplace();
  const { firestore } = useServices();
  const { run, pending, failure, reset } = useCommand('openAccounts');
  const [template, setTemplate] = useState(CHART_TEMPLATES[0]?.id ?? OWN);
  const [text, setText] = useState('');
  const [checked, setChecked] = useState<Checked>({ kind: 'none' });
  const [opened, setOpened] = useState<number | null>(null);
  const chosen = CHART_TEMPLATES.find(({ id }) => id === template);

  const forget = (): void => {
    setChecked({ kind: 'none' });
    setOpened(null);
    reset();
  };
  const check = (event: FormEvent): void => {
    event.preventDefault();
    forget();
    const read = chosen === undefined ? readChartText(text) : { rows: chosen.rows, issues: [] };
    if (read.issues.length > 0) return setChecked({ kind: 'wrong', issues: read.issues });
    setChecked({ kind: 'checking' });
    plan(read.rows).then(
      (made) =>
        setChecked(made.issues.length > 0 ? { kind: 'wrong', issues: made.issues } : { kind: 'plan', plan: made }),
      (error: unknown) => setChecked({ kind: 'failed', message: messageOf(error) }),
    );
  };
  const plan = async (rows: readonly (ChartRow | ChartFileRow)[]): Promise<OpeningPlan> =>
    planOpening(orgId, rows, await readByIds(firestore, refs.accounts(orgId), idsOf(rows)));

  const open = async ({ accounts }: OpeningPlan): Promise<void> => {
    let sum = 0;
    for (const part of inParts(accounts, ACCOUNTS_PER_OPENING)) {
      // What an earlier call has opened is left as it is when the whole is tried again.
      const result = await run({ accounts: [...part] });
      if (result === null) return;
      sum += result.opened;
    }
    setOpened(sum);
    setChecked({ kind: 'none' });
  };
  const take = (file: File | undefined): void => {
    if (file === undefined) return;
    forget();
    file.arrayBuffer().then(
      (bytes) => {
        const decoded = decodeText(new Uint8Array(bytes));
        if ('issue' in decoded)
          setChecked({ kind: 'failed', message: `${decoded.issue.message}. ${decoded.issue.remedy}` });
        else setText(decoded.text.replace(/^\uFEFF/, ''));
      },
      (error: unknown) => setChecked({ kind: 'failed', message: messageOf(error) }),
    );
  };

  return (
    <Section title="From a chart of accounts" aside={<DownloadChart />}>
      <form className={formClasses.form} onSubmit={check}>
        <NativeSelect
          label="Chart"
          description={chosen?.description}
          data={[
            ...CHART_TEMPLATES.map(({ id, name }) => ({ value: id, label: name })),
            { value: OWN, label: 'A chart of my own, as CSV' },
          ]}
          value={template}
          onChange={(event) => {
            setTemplate(event.currentTarget.value);
            forget();
          }}
        />
        {chosen === undefined ? (
          <>
            <Textarea
              label="Chart as CSV"
              description="Columns id, name and type are needed; parent, postable, currency, branch, opened on, closed on and guards may be there. Paste it, or choose a file."
              rows={8}
              spellCheck={false}
              autoComplete="off"
              className={classes.code ?? ''}
              value={text}
              onChange={(event) => {
                setText(event.currentTarget.value);
                forget();
              }}
            />
            <label className={classes.file}>
              <span>File</span>
              <input
                type="file"
                accept=".csv,text/csv"
                onChange={(event) => {
                  take(event.currentTarget.files?.[0]);
                  // The same file can be chosen again after it was mended.
                  event.currentTarget.value = '';
                }}
              />
            </label>
          </>
        ) : (
          <button
            type="button"
            className={classes.more}
            onClick={() => {
              setText(writeChart(chosen.rows));
              setTemplate(OWN);
              forget();
            }}
          >
            Change it before I open it
          </button>
        )}
        <div className={formClasses.buttons}>
          <Button
            type="submit"
            variant="default"
            loading={checked.kind === 'checking'}
            disabled={chosen === undefined && text.trim() === ''}
          >
            See what would be opened
          </Button>
        </div>
        <div role="status">
          {opened !== null && (
            <p>
              {plural(opened, 'account')} {opened === 1 ? 'is' : 'are'} being opened.{' '}
              <Link to="/ledger">See the ledger</Link>
            </p>
          )}
        </div>
      </form>
      {checked.kind === 'failed' && (
        <p className={classes.problem} role="alert">
          {checked.message}
        </p>
      )}
      {checked.kind === 'wrong' && <Issues issues={checked.issues} />}
      {checked.kind === 'plan' && (
        <ChartPreview plan={checked.plan}>
          <CommandProblem failure={failure} />
          <div className={formClasses.buttons}>
            <Button
              loading={pending}
              disabled={checked.plan.accounts.length === 0}
              onClick={() => void open(checked.plan)}
            >
              Open {plural(checked.plan.accounts.length, 'account')}
            </Button>
            <Button variant="default" disabled={pending} onClick={forget}>
              Not now
            </Button>
          </div>
        </ChartPreview>
      )}
    </Section>
  );
}

/** Issues that are listed; more are counted. */
const NAMED = 50;

function Issues({ issues }: { readonly issues: readonly ChartIssue[] }): ReactNode {
  return (
    <div role="alert" className={classes.issues}>
      <p className={classes.problem}>
        {issues.length === 1 ? 'One thing is' : `${issues.length.toLocaleString('en')} things are`} wrong; nothing is
        opened.
      </p>
      <ul>
        {issues.slice(0, NAMED).map((issue, index) => (
          <li key={index}>
            <span className="muted tabular">
              {issue.line === null ? 'The chart' : `Line ${issue.line}`}
              {issue.column !== null && `, ${issue.column}`}
            </span>
            <span>
              {issue.message}. {issue.remedy}.
            </span>
          </li>
        ))}
      </ul>
      {issues.length > NAMED && <p>And {(issues.length - NAMED).toLocaleString('en')} more.</p>}
    </div>
  );
}

/** The chart as it is, in the form that can be read again. */
function DownloadChart(): ReactNode {
  const { orgId } = useWorkplace();
  const { firestore } = useServices();
  const [state, setState] = useState<string | null>(null);
  const download = (): void => {
    setState('Reading…');
    readWhole(firestore, refs.accounts(orgId), MOST_ACCOUNTS).then(
      (accounts) => {
        saveBlob(new Blob([writeChart(rowsOfAccounts(accounts))], { type: 'text/csv' }), `chart-${orgId}.csv`);
        setState(null);
      },
      (error: unknown) => setState(messageOf(error)),
    );
  };
  return (
    <>
      <span role="status">{state} </span>
      <button type="button" className={classes.more} onClick={download}>
        Download the present chart
      </button>
    </>
  );
}
