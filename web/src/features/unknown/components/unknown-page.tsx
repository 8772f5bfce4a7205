import { amountsInWords, plural } from '@countersign/domain/plan/sentence';
import type { Total } from '@countersign/domain/schemas/common';
import type { UnknownEffect } from '@countersign/domain/schemas/unknown';
import { Button, NativeSelect, TextInput, Textarea } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { useCommand } from '../../../app/command.ts';
import { useLiveDocument, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Checkbox } from '../../../components/checkbox.ts';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Age, Instant } from '../../../components/instant.tsx';
import { Amount } from '../../../components/money.tsx';
import { More } from '../../../components/more.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import { OpenProposals } from './open-proposals.tsx';
import classes from './unknown.module.css';

const PAGE = 100;

/** What may have gone out or not: since when, how much, and how two people settle it. */
export default function UnknownPage(): ReactNode {
  const { orgId, has } = useWorkplace();
  const list = useLiveList(refs.unknowns(orgId), PAGE);
  return (
    <>
      <PageHeader
        title="Unknown outcomes"
        purpose="The provider gave no certain answer. It is asked again for 30 days; two people who have found out can settle it before."
      />
      <OpenProposals />
      {list.live.kind === 'loading' && <RowsSkeleton rows={4} />}
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="unknown outcomes" />}
      {list.live.kind === 'ready' &&
        (list.live.value.length === 0 ? (
          <Empty action={<Link to="/executions">See executions</Link>}>Nothing is unknown.</Empty>
        ) : (
          byRun(list.live.value).map(([executionId, effects]) => (
            <Run key={executionId} effects={effects} mayPropose={has('treasurer', 'approver')} />
          ))
        ))}
      <More list={list} noun="unknown outcomes" />
    </>
  );
}

function byRun(effects: readonly UnknownEffect[]): [string, UnknownEffect[]][] {
  const runs = new Map<string, UnknownEffect[]>();
  for (const effect of effects) runs.set(effect.executionId, [...(runs.get(effect.executionId) ?? []), effect]);
  return [...runs];
}

function Run({
  effects,
  mayPropose,
}: {
  readonly effects: readonly UnknownEffect[];
  readonly mayPropose: boolean;
}): ReactNode {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [first] = effects;
  if (first === undefined) return null;
  const total = amountsInWords(totalsOfUnknown(effects));
  const toggle = (key: string, on: boolean): void =>
    setChosen(on ? [...chosen, key] : chosen.filter((one) => one !== key));
  return (
    <Section
      title={first.title}
      count={effects.length}
      aside={<Link to={`/executions/${first.executionId}`}>Open the run</Link>}
    >
      <p>
        <RunFile executionId={first.executionId} />
        {total === '' ? 'Nobody knows yet whether it was done.' : `${total} may have gone out, or not.`} Do not pay it
        in another way before it is settled.
      </p>
      <ul className={classes.list}>
        {effects.map((effect) => (
          <li key={effect.effectId} className={classes.row}>
            {mayPropose && effect.proposalId === null && (
              <Checkbox
                aria-label={`Choose ${effect.reference}`}
                checked={chosen.includes(effect.key)}
                onChange={(event) => toggle(effect.key, event.currentTarget.checked)}
              />
            )}
            <span className={classes.what}>
              {effect.reference}
              <span className={classes.second}>
                {effect.account !== null && <span className="mono">{effect.account}</span>}{' '}
                {effect.message ?? effect.code}
              </span>
              <span className={classes.second}>
                since <Instant at={effect.since} /> (<Age at={effect.since} />)
                {effect.proposalId !== null && ', somebody has proposed how to settle it'}
              </span>
            </span>
            {effect.amountMinor !== null && effect.currency !== null && (
              <span className="tabular">
                <Amount minor={effect.amountMinor} currency={effect.currency} />{' '}
                <span className="muted">{effect.currency}</span>
              </span>
            )}
          </li>
        ))}
      </ul>
      {chosen.length > 0 && <ProposeBox executionId={first.executionId} keys={chosen} onDone={() => setChosen([])} />}
    </Section>
  );
}

/** Runs of one operation have the same title: the file tells them apart. */
function RunFile({ executionId }: { readonly executionId: string }): ReactNode {
  const { orgId } = useWorkplace();
  const live = useLiveDocument(refs.execution(orgId, executionId));
  const file = live.kind === 'ready' ? live.value?.inputs[0]?.name : undefined;
  return file === undefined ? null : `From ${file}: `;
}

function totalsOfUnknown(effects: readonly UnknownEffect[]): Total[] {
  const sums = new Map<string, { count: number; amount: bigint }>();
  for (const { currency, amountMinor } of effects) {
    if (currency === null || amountMinor === null) continue;
    const sum = sums.get(currency) ?? { count: 0, amount: 0n };
    sums.set(currency, { count: sum.count + 1, amount: sum.amount + BigInt(amountMinor) });
  }
  return [...sums]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([currency, { count, amount }]) => ({ currency, count, amountMinor: String(amount) }));
}

function ProposeBox({
  executionId,
  keys,
  onDone,
}: {
  readonly executionId: string;
  readonly keys: readonly string[];
  readonly onDone: () => void;
}): ReactNode {
  const command = useCommand('proposeUnknownSettlement');
  const [finding, setFinding] = useState<'paid' | 'not_paid'>('paid');
  const [providerId, setProviderId] = useState('');
  const [reason, setReason] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const known =
      finding === 'paid' && keys.length === 1 && providerId.trim() !== '' ? { providerId: providerId.trim() } : {};
    void command.run({ executionId, effectKeys: [...keys], finding, reason, ...known }).then((result) => {
      if (result) onDone();
    });
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <NativeSelect
        label={`What became of ${plural(keys.length, 'effect')}`}
        data={[
          { value: 'paid', label: 'It was done: the money left' },
          { value: 'not_paid', label: 'It was not done: the money is still there' },
        ]}
        value={finding}
        onChange={(event) => setFinding(event.currentTarget.value === 'paid' ? 'paid' : 'not_paid')}
      />
      {finding === 'paid' && keys.length === 1 && (
        <TextInput
          label="Provider's id, if you have it"
          placeholder="po_…"
          value={providerId}
          onChange={(event) => setProviderId(event.currentTarget.value)}
        />
      )}
      <Textarea
        label="How do you know?"
        description="Somebody else decides on it; the provider is asked one last time."
        required
        withAsterisk={false}
        maxLength={1000}
        rows={3}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <CommandProblem failure={command.failure} />
      <Button type="submit" loading={command.pending} disabled={reason.trim().length < 3}>
        Propose
      </Button>
    </form>
  );
}
