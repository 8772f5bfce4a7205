import { type ChosenRule, chooseRule } from '@countersign/domain/approval/policy';
import { levelsInWords } from '@countersign/domain/approval/replay';
import type { PlanTraits } from '@countersign/domain/schemas/plan-traits';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { Member } from '@countersign/domain/schemas/organization';
import { type Operation, type RiskLevel, riskLevelSchema } from '@countersign/domain/schemas/plugin';
import type { Policy } from '@countersign/domain/schemas/policy';
import { NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Checkbox } from '../../../components/checkbox.ts';
import { Failure } from '../../../components/failure.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { formatInstant } from '../../../components/time.ts';
import { refs } from '../../../refs.ts';
import { type TriedPlan, traitsOfTried } from '../api/tried-plan.ts';
import classes from './policies.module.css';
import { WhoSigns } from './who-signs.tsx';

const OPERATIONS = 100;
export const RISKS: readonly RiskLevel[] = riskLevelSchema.options;

interface Tested {
  /** Null: none is active. */
  readonly policy: Policy | null;
  readonly several?: boolean;
  readonly members: readonly Member[] | null;
  readonly runs: readonly Execution[];
}

/** What the rules say of a plan: of one that is thought up, or of a past run's. */
export function Tester(props: Tested): ReactNode {
  const { orgId } = useWorkplace();
  const operations = useLiveList(refs.operations(orgId), OPERATIONS);
  if (props.several === true)
    return (
      <p className="muted">With several active policies no rule decides: everybody whom any rule names must sign.</p>
    );
  if (operations.live.kind === 'failed') return <Failure failure={operations.live.failure} what="operations" />;
  if (operations.live.kind === 'loading') return <RowsSkeleton rows={3} />;
  return <Form {...props} operations={operations.live.value} />;
}

const THOUGHT_UP = '';

function Form({
  policy,
  members,
  runs,
  operations,
}: Tested & { readonly operations: readonly Operation[] }): ReactNode {
  const { organization } = useWorkplace();
  const [runId, setRunId] = useState(THOUGHT_UP);
  const [operationId, setOperationId] = useState(operations[0]?.id ?? '');
  const [tried, setTried] = useState<TriedPlan>({
    amount: '1000',
    newPayees: '0',
    risk: 'low',
    offHours: false,
    before: '',
  });
  const known = runs.filter(({ plan }) => plan?.traits != null);
  const run = known.find(({ id }) => id === runId);
  const operation = operations.find(({ id }) => id === operationId);
  const result = operation ? traitsOfTried(tried, operation, organization.baseCurrency) : null;
  const problem = (field: string): string | undefined =>
    result !== null && !result.ok && result.field === field ? result.message : undefined;
  const traits: PlanTraits | null = run?.plan?.traits ?? (result?.ok ? result.traits : null);
  return (
    <div className={classes.columns}>
      <div className={classes.fields}>
        <NativeSelect
          label="Plan"
          value={run === undefined ? THOUGHT_UP : runId}
          data={[
            { value: THOUGHT_UP, label: 'One that I think up' },
            ...known.map(({ id, title, requestedAt }) => ({
              value: id,
              label: `${title}, ${formatInstant(requestedAt, organization.timeZone)}`,
            })),
          ]}
          onChange={(event) => setRunId(event.currentTarget.value)}
        />
        {run === undefined && (
          <>
            <NativeSelect
              label="Operation"
              value={operationId}
              data={operations.map(({ id, title }) => ({ value: id, label: title }))}
              onChange={(event) => setOperationId(event.currentTarget.value)}
            />
            {operation?.can.moveMoney === true && (
              <div className={classes.pair}>
                <TextInput
                  label={`Amount, ${organization.baseCurrency}`}
                  inputMode="decimal"
                  error={problem('amount')}
                  value={tried.amount}
                  onChange={(event) => setTried({ ...tried, amount: event.currentTarget.value })}
                />
                <TextInput
                  label="New payees"
                  inputMode="numeric"
                  error={problem('newPayees')}
                  value={tried.newPayees}
                  onChange={(event) => setTried({ ...tried, newPayees: event.currentTarget.value })}
                />
              </div>
            )}
            <div className={classes.pair}>
              <NativeSelect
                label="Assessed risk"
                value={tried.risk}
                data={[...RISKS]}
                onChange={(event) => {
                  const risk = RISKS.find((one) => one === event.currentTarget.value);
                  if (risk !== undefined) setTried({ ...tried, risk });
                }}
              />
              <TextInput
                label="Asked for before, last 24 h"
                inputMode="decimal"
                error={problem('before')}
                value={tried.before}
                onChange={(event) => setTried({ ...tried, before: event.currentTarget.value })}
              />
            </div>
            <Checkbox
              label="Outside business hours"
              checked={tried.offHours}
              onChange={(event) => setTried({ ...tried, offHours: event.currentTarget.checked })}
            />
            <p className="muted">Taken as payouts to one payee. For other kinds of effects, choose a past run.</p>
          </>
        )}
      </div>
      <Answer
        chosen={traits === null ? null : chooseRule(policy, traits)}
        members={run === undefined || members === null ? members : members.filter(({ uid }) => uid !== run.requestedBy)}
        requester={run === undefined ? null : (members?.find(({ uid }) => uid === run.requestedBy)?.name ?? null)}
      />
    </div>
  );
}

function Answer({
  chosen,
  members,
  requester,
}: {
  readonly chosen: ChosenRule | null;
  readonly members: readonly Member[] | null;
  readonly requester: string | null;
}): ReactNode {
  return (
    <div className={classes.answer} aria-live="polite">
      {chosen === null ? (
        <p className="muted">Fill in the plan to see who would have to sign it.</p>
      ) : (
        <>
          <h3>{chosen.auto ? 'Nobody has to sign' : `Signed by ${levelsInWords(chosen.levels)}`}</h3>
          <dl className={classes.facts}>
            <dt>Rule</dt>
            <dd>{chosen.rule}</dd>
            {!chosen.auto && (
              <>
                <dt>People</dt>
                <dd>
                  <WhoSigns levels={chosen.levels} members={members} />
                  {requester === null ? (
                    <p className="muted">Whoever asks for it is none of them.</p>
                  ) : (
                    <p className="muted">Not {requester}, who asked for it.</p>
                  )}
                </dd>
                <dt>Expires after</dt>
                <dd>{chosen.expiryHours} hours</dd>
              </>
            )}
          </dl>
        </>
      )}
    </div>
  );
}
