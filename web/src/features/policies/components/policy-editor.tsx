import type { Policy } from '@countersign/domain/schemas/policy';
import { Button, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Checkbox } from '../../../components/checkbox.ts';
import { Failure } from '../../../components/failure.tsx';
import { ProposeForm } from '../../../components/propose-form.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { refs } from '../../../refs.ts';
import {
  type PolicyDraft,
  type ProposedPolicy,
  type RuleDraft,
  draftOfPolicy,
  emptyPolicy,
  emptyRule,
  policyOf,
} from '../api/policy-draft.ts';
import { CONDITION_NAMES, type ConditionName } from '../api/condition-draft.ts';
import { usePastRuns } from '../api/use-past-runs.ts';
import { CONDITION_TITLES } from './condition-fields.tsx';
import classes from './policies.module.css';
import { Problems } from './problems.tsx';
import { ReplayView } from './replay-view.tsx';
import { RuleEditor } from './rule-editor.tsx';
import { Tester } from './tester.tsx';

const MEMBERS = 200;
const OPERATIONS = 100;

/** The rules in their order, each with its fields; then problems, replay, a tester, and the proposal. */
export function PolicyEditor({ policy }: { readonly policy: Policy | null }): ReactNode {
  const { orgId, organization } = useWorkplace();
  const [draft, setDraft] = useState<PolicyDraft>(() =>
    policy === null ? emptyPolicy() : draftOfPolicy(policy, organization.baseCurrency),
  );
  // One id for one form: proposed twice, it is one policy.
  const [policyId] = useState(() => policy?.id ?? crypto.randomUUID());
  const [openKey, setOpenKey] = useState<string | null>(null);
  const members = useLiveList(refs.members(orgId), MEMBERS);
  const operations = useLiveList(refs.operations(orgId), OPERATIONS);
  const past = usePastRuns();
  const people = members.live.kind === 'ready' ? members.live.value : null;
  const result = policyOf(draft, organization.baseCurrency);
  const issues = result.ok ? new Map<string, string>() : result.issues;
  const same = result.ok && policy !== null && isSame(result.policy, policy);
  const proposed = result.ok ? asPolicy(result.policy, policyId, policy) : null;
  return (
    <>
      <div className={classes.form}>
        <Rules
          draft={draft}
          issues={issues}
          members={people}
          operations={operations.live.kind === 'ready' ? operations.live.value : []}
          openKey={openKey}
          onOpen={setOpenKey}
          onChange={(rules) => setDraft({ ...draft, rules })}
        />
        <Terms draft={draft} issues={issues} onChange={(fields) => setDraft({ ...draft, ...fields })} />
      </div>
      {proposed !== null && (
        <>
          <Section title="What it would have meant">
            <Problems policy={proposed} />
            {past.kind === 'loading' && <RowsSkeleton rows={2} />}
            {past.kind === 'failed' && <Failure failure={past.failure} what="past runs" />}
            {past.kind === 'ready' && <ReplayView before={policy} after={proposed} runs={past.value} />}
          </Section>
          <Section title="Try these rules">
            <Tester policy={proposed} members={people} runs={past.kind === 'ready' ? past.value : []} />
          </Section>
        </>
      )}
      <Section title="Propose">
        {!result.ok && <Mistakes rules={draft.rules} issues={issues} onOpen={setOpenKey} />}
        {same && <p className="muted">Nothing is changed yet.</p>}
        <ProposeForm
          label="Propose these rules"
          change={result.ok && !same ? { kind: 'policy.set', policyId, policy: result.policy } : null}
        >
          <></>
        </ProposeForm>
      </Section>
    </>
  );
}

function Rules({
  draft,
  issues,
  members,
  operations,
  openKey,
  onOpen,
  onChange,
}: {
  readonly draft: PolicyDraft;
  readonly issues: ReadonlyMap<string, string>;
  readonly openKey: string | null;
  readonly onOpen: (key: string | null) => void;
  readonly onChange: (rules: readonly RuleDraft[]) => void;
} & Pick<Parameters<typeof RuleEditor>[0], 'members' | 'operations'>): ReactNode {
  const { rules } = draft;
  const adder = useRef<HTMLButtonElement>(null);
  const added = useRef<string | null>(null);
  // A rule that was just added begins with its name.
  useEffect(() => {
    const key = added.current;
    added.current = null;
    if (key !== null) document.querySelector<HTMLElement>(`[data-rule="${key}"] input`)?.focus();
  }, [rules]);
  const move = (from: number, to: number): void => {
    const moved = rules.toSpliced(from, 1);
    const rule = rules[from];
    if (rule !== undefined) onChange(moved.toSpliced(to, 0, rule));
  };
  const add = (): void => {
    const key = crypto.randomUUID();
    // The first rule that fits is the one: behind a wider one it would never apply.
    onChange([emptyRule(key), ...rules]);
    onOpen(key);
    added.current = key;
  };
  return (
    <>
      {rules.map((rule, index) => (
        <RuleEditor
          key={rule.key}
          rule={rule}
          place={index + 1}
          count={rules.length}
          open={openKey === rule.key}
          issueOf={(field) => issues.get(`rules.${index}.${field}`)}
          broken={[...issues.keys()].some((path) => path.startsWith(`rules.${index}.`))}
          members={members}
          operations={operations}
          onOpen={() => onOpen(openKey === rule.key ? null : rule.key)}
          onChange={(fields) => onChange(rules.with(index, { ...rule, ...fields }))}
          onMove={(by) => move(index, index + by)}
          onRemove={() => {
            onChange(rules.toSpliced(index, 1));
            adder.current?.focus();
          }}
        />
      ))}
      {issues.get('rules') !== undefined && <p role="alert">{issues.get('rules')}</p>}
      <div>
        <Button ref={adder} variant="default" onClick={add}>
          Add a rule
        </Button>
      </div>
    </>
  );
}

function Terms({
  draft,
  issues,
  onChange,
}: {
  readonly draft: PolicyDraft;
  readonly issues: ReadonlyMap<string, string>;
  readonly onChange: (fields: Partial<PolicyDraft>) => void;
}): ReactNode {
  return (
    <fieldset className={classes.group} style={{ maxWidth: 640 }}>
      <legend>For all rules</legend>
      <TextInput
        label="Name"
        error={issues.get('name')}
        maxLength={200}
        value={draft.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <div className={classes.pair}>
        <TextInput
          label="Hours until a plan expires"
          description="Unless everybody has signed"
          inputMode="numeric"
          error={issues.get('expiryHours')}
          value={draft.expiryHours}
          onChange={(event) => onChange({ expiryHours: event.currentTarget.value })}
        />
        <TextInput
          label="Hours until a reminder"
          description="Once; nothing for never"
          inputMode="numeric"
          error={issues.get('reminderHours')}
          value={draft.reminderHours}
          onChange={(event) => onChange({ reminderHours: event.currentTarget.value })}
        />
      </div>
      <Checkbox
        label="Active"
        description="Exactly one policy should be. Without one, every plan needs an approver"
        checked={draft.active}
        onChange={(event) => onChange({ active: event.currentTarget.checked })}
      />
    </fieldset>
  );
}

/** What is missing or wrong, each with a way to its field. */
function Mistakes({
  rules,
  issues,
  onOpen,
}: {
  readonly rules: readonly RuleDraft[];
  readonly issues: ReadonlyMap<string, string>;
  readonly onOpen: (key: string) => void;
}): ReactNode {
  const lines = [...issues].map(([path, message]) => {
    const [, place = '', part = ''] = /^rules\.(\d+)\.(\w+)/.exec(path) ?? [];
    return { path, message, rule: rules[Number(place)], place: place === '' ? null : Number(place) + 1, part };
  });
  const show = (key: string, part: string): void => {
    onOpen(key);
    // Once its fields are there: the wrong one, or the first of a condition in which nothing is filled in.
    requestAnimationFrame(() => {
      const rule = document.querySelector(`[data-rule="${key}"]`);
      const condition = rule?.querySelector(`[data-condition="${part}"]`) ?? rule;
      const field = condition?.querySelector<HTMLElement>('[aria-invalid="true"]');
      (field ?? condition?.querySelector<HTMLElement>('input, select'))?.focus();
    });
  };
  return (
    <div role="status">
      <p>Something is missing or wrong:</p>
      <ul className={classes.list}>
        {lines.map(({ path, message, rule, place, part }) => (
          <li key={path}>
            {rule !== undefined && place !== null && (
              <>
                <button type="button" className={classes.link} onClick={() => show(rule.key, part)}>
                  Rule {place}
                  {isCondition(part) && `, ${CONDITION_TITLES[part].toLowerCase()}`}
                </button>
                :{' '}
              </>
            )}
            {message}
          </li>
        ))}
      </ul>
    </div>
  );
}

function isCondition(part: string): part is ConditionName {
  return (CONDITION_NAMES as readonly string[]).includes(part);
}

/** As it would be stored, to be tried and replayed. */
function asPolicy(proposed: ProposedPolicy, id: string, policy: Policy | null): Policy {
  return { ...proposed, id, createdAt: policy?.createdAt ?? '', version: (policy?.version ?? 0) + 1 };
}

function isSame(proposed: ProposedPolicy, { name, active, rules, expiryHours, reminderHours }: Policy): boolean {
  const current = { name, active, rules, expiryHours, reminderHours: reminderHours ?? null };
  return canonical(proposed) === canonical(current);
}

/** The order of keys has no meaning. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
