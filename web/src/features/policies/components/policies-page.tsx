import { chooseRule } from '@countersign/domain/approval/policy';
import { ruleInWords } from '@countersign/domain/approval/rule-in-words';
import { plural } from '@countersign/domain/plan/sentence';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { Member } from '@countersign/domain/schemas/organization';
import type { Policy } from '@countersign/domain/schemas/policy';
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import { usePastRuns } from '../api/use-past-runs.ts';
import classes from './policies.module.css';
import { Problems } from './problems.tsx';
import { Tester } from './tester.tsx';
import { WhoSigns } from './who-signs.tsx';

const POLICIES = 20;
const MEMBERS = 200;

/** Who must sign what, as sentences; what these rules say of a plan that one thinks up. */
export default function PoliciesPage(): ReactNode {
  const { orgId, has } = useWorkplace();
  const policies = useLiveList(refs.activePolicies(orgId), POLICIES);
  const members = useLiveList(refs.members(orgId), MEMBERS);
  const past = usePastRuns();
  const people = members.live.kind === 'ready' ? members.live.value : null;
  const runs = past.kind === 'ready' ? past.value : [];
  const mayPropose = has('treasurer', 'admin');
  const list = policies.live.kind === 'ready' ? policies.live.value : [];
  return (
    <>
      <PageHeader
        title="Approval rules"
        back={<Link to="/settings">Settings</Link>}
        purpose="The first rule whose conditions all hold decides who signs. What waits for signatures keeps the rules that it was planned under, unless the new ones are stricter."
      />
      {policies.live.kind === 'loading' && <RowsSkeleton rows={5} />}
      {policies.live.kind === 'failed' && <Failure failure={policies.live.failure} what="approval rules" />}
      {policies.live.kind === 'ready' && list.length === 0 && (
        <Empty action={mayPropose ? <Link to="/settings/policy/new">Propose rules</Link> : undefined}>
          No policy is active, so every plan needs one approver.
        </Empty>
      )}
      {list.length > 1 && (
        <p className={classes.warn} style={{ marginBottom: 16 }}>
          <Mark tone="bad" shape="triangle" wrap>
            {`${list.length} policies are active. Until one is left, every plan needs everybody whom any rule names.`}
          </Mark>
        </p>
      )}
      {list.map((policy) => (
        <Rules key={policy.id} policy={policy} members={people} runs={runs} mayPropose={mayPropose} />
      ))}
      {policies.live.kind === 'ready' && (
        <Section title="Try it">
          <Tester
            policy={list.length === 1 ? (list[0] ?? null) : null}
            several={list.length > 1}
            members={people}
            runs={runs}
          />
        </Section>
      )}
    </>
  );
}

function Rules({
  policy,
  members,
  runs,
  mayPropose,
}: {
  readonly policy: Policy;
  readonly members: readonly Member[] | null;
  readonly runs: readonly Execution[];
  readonly mayPropose: boolean;
}): ReactNode {
  const { organization } = useWorkplace();
  const fired = firedBy(policy, runs);
  return (
    <Section
      title={policy.name}
      aside={
        <>
          version {policy.version}, expires after {policy.expiryHours} h,{' '}
          {policy.reminderHours == null ? 'nobody is reminded' : `reminds after ${policy.reminderHours} h`}
        </>
      }
    >
      <ol>
        {policy.rules.map((rule, index) => (
          <li key={rule.name + String(index)} className={classes.rule}>
            <span className={classes.number}>{index + 1}.</span>
            <div>
              <p>
                <span className={classes.name}>{rule.name}</span>
                {runs.length > 0 && (
                  <span className={classes.second}>
                    {' '}
                    fits {fired.get(rule.name) ?? 0} of{' '}
                    {runs.length === 1 ? '1 run' : `the last ${plural(runs.length, 'run')}`}
                  </span>
                )}
              </p>
              <p className={classes.sentence}>{ruleInWords(rule, organization.baseCurrency)}</p>
              <WhoSigns levels={rule.auto === true ? [] : rule.levels} members={members} />
            </div>
          </li>
        ))}
      </ol>
      <Problems policy={policy} />
      {mayPropose && (
        <Button component={Link} to={`/settings/policy/${policy.id}`} variant="default" mt={14}>
          Propose other rules
        </Button>
      )}
    </Section>
  );
}

function firedBy(policy: Policy, runs: readonly Execution[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { plan } of runs) {
    if (plan?.traits == null) continue;
    const { rule } = chooseRule(policy, plan.traits);
    counts.set(rule, (counts.get(rule) ?? 0) + 1);
  }
  return counts;
}
