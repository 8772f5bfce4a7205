import { ROLLING_HOURS } from '@countersign/domain/schemas/plan-traits';
import { type Operation, manifestSchema } from '@countersign/domain/schemas/plugin';
import { NativeSelect, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWorkplace } from '../../../app/organization.tsx';
import { Checkbox } from '../../../components/checkbox.ts';
import type { Choice, RollingHours, RuleDraft } from '../api/policy-draft.ts';
import classes from './policies.module.css';
import { RISKS } from './tester.tsx';

const CATEGORIES = manifestSchema.shape.category.options;
const CHOICES: readonly Choice[] = ['any', 'yes', 'no'];

interface Props {
  readonly rule: RuleDraft;
  readonly issueOf: (field: string) => string | undefined;
  readonly operations: readonly Operation[];
  readonly onChange: (fields: Partial<RuleDraft>) => void;
}

/** When the rule applies: all that is filled in must hold. */
export function RuleConditions({ rule, issueOf, operations, onChange }: Props): ReactNode {
  const { organization } = useWorkplace();
  const currency = organization.baseCurrency;
  const amount = (field: 'amountFrom' | 'amountTo', label: string): ReactNode => (
    <TextInput
      label={`${label}, ${currency}`}
      inputMode="decimal"
      error={issueOf(field)}
      value={rule[field]}
      onChange={(event) => onChange({ [field]: event.currentTarget.value })}
    />
  );
  return (
    <fieldset className={classes.group}>
      <legend>When all of this holds</legend>
      <div className={classes.pair}>
        <Choose
          label="Money"
          words={{ any: 'Whatever it does', yes: 'It moves money', no: 'It moves no money' }}
          value={rule.movesMoney}
          onChange={(movesMoney) => onChange({ movesMoney })}
        />
        <Choose
          label="Time of the request"
          words={{ any: 'At any time', yes: 'Outside business hours', no: 'During business hours' }}
          value={rule.offHours}
          onChange={(offHours) => onChange({ offHours })}
        />
      </div>
      <div className={classes.pair}>
        {amount('amountFrom', 'Amount from')}
        {amount('amountTo', 'Amount to')}
      </div>
      <div className={classes.pair}>
        <TextInput
          label="New payees, at least"
          inputMode="numeric"
          error={issueOf('newPayeesFrom')}
          value={rule.newPayeesFrom}
          onChange={(event) => onChange({ newPayeesFrom: event.currentTarget.value })}
        />
        <NativeSelect
          label="Assessed risk"
          value={rule.riskAtLeast}
          data={[
            { value: '', label: 'Whatever it is' },
            ...RISKS.map((risk) => ({ value: risk, label: risk === 'critical' ? risk : `${risk} or higher` })),
          ]}
          onChange={(event) =>
            onChange({ riskAtLeast: RISKS.find((risk) => risk === event.currentTarget.value) ?? '' })
          }
        />
      </div>
      <Rolling
        label={`With all that the same person asked for, ${currency} at least`}
        issue={issueOf('requesterFrom')}
        from={rule.requesterFrom}
        hours={rule.requesterHours}
        onFrom={(requesterFrom) => onChange({ requesterFrom })}
        onHours={(requesterHours) => onChange({ requesterHours })}
      />
      <Rolling
        label={`With all that goes to the same payee, ${currency} at least`}
        issue={issueOf('payeeFrom')}
        from={rule.payeeFrom}
        hours={rule.payeeHours}
        onFrom={(payeeFrom) => onChange({ payeeFrom })}
        onHours={(payeeHours) => onChange({ payeeHours })}
      />
      <Some
        legend="Only these categories"
        choices={CATEGORIES.map((category) => ({ value: category, label: category }))}
        chosen={rule.categories}
        onChange={(categories) => onChange({ categories })}
      />
      <Some
        legend="Only these operations"
        choices={[
          ...operations.map(({ id, title }) => ({ value: id, label: title })),
          ...rule.operationIds
            .filter((id) => !operations.some((operation) => operation.id === id))
            .map((id) => ({ value: id, label: id })),
        ]}
        chosen={rule.operationIds}
        onChange={(operationIds) => onChange({ operationIds })}
      />
    </fieldset>
  );
}

function Choose({
  label,
  words,
  value,
  onChange,
}: {
  readonly label: string;
  readonly words: Readonly<Record<Choice, string>>;
  readonly value: Choice;
  readonly onChange: (value: Choice) => void;
}): ReactNode {
  return (
    <NativeSelect
      label={label}
      value={value}
      data={CHOICES.map((choice) => ({ value: choice, label: words[choice] }))}
      onChange={(event) => onChange(CHOICES.find((choice) => choice === event.currentTarget.value) ?? 'any')}
    />
  );
}

function Rolling({
  label,
  issue,
  from,
  hours,
  onFrom,
  onHours,
}: {
  readonly label: string;
  readonly issue: string | undefined;
  readonly from: string;
  readonly hours: RollingHours;
  readonly onFrom: (from: string) => void;
  readonly onHours: (hours: RollingHours) => void;
}): ReactNode {
  return (
    <div className={classes.pair} style={{ alignItems: 'end' }}>
      <TextInput
        label={label}
        inputMode="decimal"
        error={issue}
        value={from}
        onChange={(event) => onFrom(event.currentTarget.value)}
      />
      <NativeSelect
        aria-label={`${label}: within`}
        value={String(hours)}
        data={ROLLING_HOURS.map((one) => ({ value: String(one), label: `within ${windowInWords(one)}` }))}
        onChange={(event) => onHours(ROLLING_HOURS.find((one) => String(one) === event.currentTarget.value) ?? hours)}
      />
    </div>
  );
}

function windowInWords(hours: number): string {
  if (hours < 48) return hours === 1 ? 'an hour' : `${hours} hours`;
  return `${hours / 24} days`;
}

function Some({
  legend,
  choices,
  chosen,
  onChange,
}: {
  readonly legend: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}): ReactNode {
  return (
    <fieldset className={classes.group}>
      <legend style={{ fontWeight: 500 }}>{legend}</legend>
      <div className={classes.checks}>
        {choices.map(({ value, label }) => (
          <Checkbox
            key={value}
            label={label}
            checked={chosen.includes(value)}
            onChange={(event) =>
              onChange(event.currentTarget.checked ? [...chosen, value] : chosen.filter((one) => one !== value))
            }
          />
        ))}
      </div>
      <p className="muted">{chosen.length === 0 ? 'None is chosen: all count.' : ''}</p>
    </fieldset>
  );
}
