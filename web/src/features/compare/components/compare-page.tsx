import {
  compareExecutions,
  type Bounded,
  type Comparison,
  type EffectLine,
  type FieldDifference,
} from '@countersign/domain/plan/compare';
import { amountsInWords, inWords, plural } from '@countersign/domain/plan/sentence';
import type { Execution, Problem } from '@countersign/domain/schemas/execution';
import { type ReactNode, useMemo } from 'react';
import { Link, useParams } from 'react-router';
import table from '../../../components/data-table.module.css';
import { ScrollBox } from '../../../components/scroll-box.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { Section } from '../../../components/section.tsx';
import { PageSkeleton } from '../../../components/skeletons.tsx';
import { StateMark } from '../../../components/state-mark.tsx';
import { type ComparedState, useComparedRun } from '../api/use-compared-run.ts';
import classes from './compare.module.css';

/** Two runs held against each other: the earlier one on the left, whatever the address says. */
export default function ComparePage(): ReactNode {
  const { executionId = '', otherId = '' } = useParams();
  const [one, two] = [useComparedRun(executionId), useComparedRun(otherId)];
  for (const state of [one, two]) {
    if (state.kind === 'failed') return <Failure failure={state.failure} what="these executions" />;
    if (state.kind === 'missing')
      return <Empty action={<Link to="/executions">See all executions</Link>}>One of these runs is not there.</Empty>;
  }
  if (one.kind !== 'ready' || two.kind !== 'ready') return <PageSkeleton />;
  const [before, after] =
    one.execution.requestedAt <= two.execution.requestedAt ? ([one, two] as const) : ([two, one] as const);
  return <Compared before={before} after={after} />;
}

type Ready = Extract<ComparedState, { kind: 'ready' }>;

function Compared({ before, after }: { readonly before: Ready; readonly after: Ready }): ReactNode {
  const comparison = useMemo(() => compareExecutions(before.run, after.run), [before.run, after.run]);
  return (
    <>
      <PageHeader
        title="Two runs compared"
        back={<Link to="/executions">Executions</Link>}
        purpose="What differs in input, code, what was read, effects and outcomes."
      />
      <ScrollBox label="The two runs" className={classes.runs}>
        <table className={table.table} aria-label="The two runs">
          <tbody>
            <RunRow label="Earlier" execution={before.execution} />
            <RunRow label="Later" execution={after.execution} />
          </tbody>
        </table>
      </ScrollBox>
      {(before.cut || after.cut) && <p>Only the first 200 pages of each run are compared.</p>}
      {comparison.same && <p>Nothing differs.</p>}
      <Fields title="Input" fields={comparison.input} />
      <Fields title="Code and rules" fields={comparison.code} />
      <Reads comparison={comparison} />
      <Effects comparison={comparison} />
      <Problems comparison={comparison} />
      <Outcomes comparison={comparison} />
    </>
  );
}

function RunRow({ label, execution }: { readonly label: string; readonly execution: Execution }): ReactNode {
  return (
    <tr>
      <td className="muted">{label}</td>
      <td>
        <Link to={`/executions/${execution.id}`}>{execution.title}</Link>
        {execution.inputs[0] !== undefined && <span className={classes.file}>{execution.inputs[0].name}</span>}
      </td>
      <td>
        <Instant at={execution.requestedAt} seconds />
      </td>
      <td>
        <StateMark execution={execution} />
      </td>
    </tr>
  );
}

function Fields({ title, fields }: { readonly title: string; readonly fields: readonly FieldDifference[] }): ReactNode {
  if (fields.length === 0) return null;
  return (
    <Section title={title} count={fields.length}>
      <FieldTable label={title} fields={fields} />
    </Section>
  );
}

function FieldTable({
  label,
  fields,
}: {
  readonly label: string;
  readonly fields: readonly FieldDifference[];
}): ReactNode {
  return (
    <ScrollBox label={label}>
      <table className={table.table} aria-label={label}>
        <thead>
          <tr>
            <th>What</th>
            <th>Earlier</th>
            <th>Later</th>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={field.field}>
              <td className="nowrap">{field.field}</td>
              <td className={classes.value}>{field.before ?? <span className="muted">nothing</span>}</td>
              <td className={classes.value}>{field.after ?? <span className="muted">nothing</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function Reads({ comparison: { reads } }: { readonly comparison: Comparison }): ReactNode {
  const differing = reads.filter((read) => read.otherAnswer + read.onlyBefore + read.onlyAfter > 0);
  if (differing.length === 0) return null;
  return (
    <Section title="What was read" count={differing.length}>
      <ul className={classes.lines}>
        {differing.map((read) => (
          <li key={read.call}>
            {read.what}: {readsInWords(read)}
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What is zero is not said. */
function readsInWords({ otherAnswer, onlyBefore, onlyAfter, same }: Comparison['reads'][number]): string {
  const parts = [
    [otherAnswer, `${otherAnswer.toLocaleString('en')} answered otherwise`],
    [onlyBefore, `${onlyBefore.toLocaleString('en')} asked only by the earlier run`],
    [onlyAfter, `${onlyAfter.toLocaleString('en')} asked only by the later run`],
    [same, `${same.toLocaleString('en')} the same`],
  ] as const;
  return inWords(parts.filter(([count]) => count > 0).map(([, words]) => words));
}

function Effects({ comparison: { effects } }: { readonly comparison: Comparison }): ReactNode {
  const { added, removed, changed, unchanged } = effects;
  return (
    <Section title="Effects" aside={`${unchanged.toLocaleString('en')} the same`}>
      <p className={classes.lines}>
        Earlier: {amountsInWords(effects.totalsBefore) || 'no money'}; later:{' '}
        {amountsInWords(effects.totalsAfter) || 'no money'}.
      </p>
      <Lines title="Only in the earlier run" lines={removed} />
      <Lines title="Only in the later run" lines={added} />
      {changed.total > 0 && (
        <details open>
          <summary>{plural(changed.total, 'changed effect')}</summary>
          {changed.first.map((effect) => (
            <div key={effect.key}>
              <p>{effect.text}</p>
              <FieldTable label={`What changed of ${effect.reference}`} fields={effect.fields} />
            </div>
          ))}
          <Rest lines={changed} />
        </details>
      )}
    </Section>
  );
}

/** Rows that one of the runs could not do. */
function Problems({ comparison: { problems } }: { readonly comparison: Comparison }): ReactNode {
  const { added, gone } = problems;
  if (added.total + gone.total === 0) return null;
  return (
    <Section title="Problems" count={added.total + gone.total}>
      <ProblemLines title="Only in the earlier run" problems={gone} />
      <ProblemLines title="Only in the later run" problems={added} />
    </Section>
  );
}

function ProblemLines({ title, problems }: { readonly title: string; readonly problems: Bounded<Problem> }): ReactNode {
  if (problems.total === 0) return null;
  return (
    <details open={problems.total <= 20}>
      <summary>
        {title}: {problems.total.toLocaleString('en')}
      </summary>
      <ul className={classes.entries}>
        {problems.first.map((problem) => (
          <li key={`${problem.code} ${problem.line ?? ''} ${problem.reference ?? ''} ${problem.message}`}>
            {problem.line !== null && <span className="muted">line {problem.line.toLocaleString('en')}: </span>}
            {problem.message}
          </li>
        ))}
      </ul>
      <Rest lines={problems} />
    </details>
  );
}

function Lines({ title, lines }: { readonly title: string; readonly lines: Bounded<EffectLine> }): ReactNode {
  if (lines.total === 0) return null;
  return (
    <details open={lines.total <= 20}>
      <summary>
        {title}: {lines.total.toLocaleString('en')}
      </summary>
      <ul className={classes.entries}>
        {lines.first.map((line) => (
          <li key={line.key}>{line.text}</li>
        ))}
      </ul>
      <Rest lines={lines} />
    </details>
  );
}

function Rest({ lines }: { readonly lines: Bounded<unknown> }): ReactNode {
  const rest = lines.total - lines.first.length;
  return rest > 0 ? <p className="muted">and {rest.toLocaleString('en')} more</p> : null;
}

function Outcomes({ comparison: { outcomes } }: { readonly comparison: Comparison }): ReactNode {
  if (outcomes.total === 0) return null;
  return (
    <Section title="Outcomes that differ" count={outcomes.total}>
      <ScrollBox label="Outcomes that differ">
        <table className={table.table} aria-label="Outcomes that differ">
          <thead>
            <tr>
              <th>Effect</th>
              <th>Earlier</th>
              <th>Later</th>
            </tr>
          </thead>
          <tbody>
            {outcomes.first.map((line) => (
              <tr key={line.key}>
                <td>{line.reference}</td>
                <td>{line.before}</td>
                <td>{line.after}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <Rest lines={outcomes} />
    </Section>
  );
}
