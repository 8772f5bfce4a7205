import { currencyCodes } from '@countersign/domain/money/currencies';
import { KIND_NOUN } from '@countersign/domain/plan/effect-facts';
import { ROLLING_HOURS } from '@countersign/domain/schemas/plan-traits';
import { type Operation, manifestSchema } from '@countersign/domain/schemas/plugin';
import { Button, NativeSelect, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWorkplace } from '../../../app/organization.tsx';
import type { ConditionDrafts, ConditionName, RangeDraft, RollingHours } from '../api/condition-draft.ts';
import { ChosenFields } from './chosen-fields.tsx';
import classes from './policies.module.css';
import { RISKS } from './tester.tsx';

export const CONDITION_TITLES: Readonly<Record<ConditionName, string>> = {
  movesMoney: 'Money',
  amount: 'Amount in all',
  amountIn: 'Amount in one currency',
  payeeCount: 'Number of payees',
  newPayeeCount: 'New payees',
  effectCount: 'Number of effects',
  requesterTotal: 'Total of the person who asks',
  payeeTotal: 'Total of one payee',
  riskAtLeast: 'Assessed risk, at least',
  riskAtMost: 'Assessed risk, at most',
  pluginRisk: 'Risk that the plugin states of itself',
  offHours: 'Business hours',
  categories: 'Categories',
  operationIds: 'Operations',
  effectKinds: 'Kinds of effects',
};

interface Props<K extends ConditionName> {
  readonly draft: ConditionDrafts[K];
  readonly issueOf: (field: string) => string | undefined;
  readonly operations: readonly Operation[];
  readonly onChange: (draft: ConditionDrafts[K]) => void;
}

const CATEGORIES = manifestSchema.shape.category.options.map((category) => ({ value: category, label: category }));
const RISK_CHOICES = RISKS.map((risk) => ({ value: risk, label: risk }));
const KINDS = Object.entries(KIND_NOUN).map(([kind, [, many]]) => ({ value: kind, label: many }));

/** The fields of each condition. One that is added to the schema and not here does not compile. */
const FIELDS: { readonly [K in ConditionName]: (props: Props<K>) => ReactNode } = {
  movesMoney: (props) => <Answer {...props} label="What it does" yes="It moves money" no="It moves no money" />,
  offHours: (props) => (
    <Answer {...props} label="When it is asked for" yes="Outside business hours" no="During business hours" />
  ),
  amount: (props) => <Amounts {...props} noun="Amount" />,
  amountIn: Currencies,
  payeeCount: (props) => <Range {...props} noun="Payees" inputMode="numeric" />,
  newPayeeCount: (props) => <Range {...props} noun="New payees" inputMode="numeric" />,
  effectCount: (props) => <Range {...props} noun="Effects" inputMode="numeric" />,
  requesterTotal: (props) => (
    <Rolling {...props} help="All that the same person asked for within this time, this plan included." />
  ),
  payeeTotal: (props) => (
    <Rolling {...props} help="All that goes to the same payee within this time; of several, the one with the most." />
  ),
  riskAtLeast: (props) => <RiskField {...props} label="This risk or a higher one" />,
  riskAtMost: (props) => <RiskField {...props} label="This risk or a lower one" />,
  pluginRisk: ({ draft, onChange }) => (
    <ChosenFields
      label="One of"
      choices={RISK_CHOICES}
      chosen={draft.chosen}
      onChange={(list) => onChange({ chosen: RISKS.filter((risk) => list.includes(risk)) })}
    />
  ),
  categories: ({ draft, onChange }) => (
    <ChosenFields
      label="One of"
      choices={CATEGORIES}
      chosen={draft.chosen}
      onChange={(chosen) => onChange({ chosen })}
    />
  ),
  operationIds: ({ draft, operations, onChange }) => (
    <ChosenFields
      label="One of"
      choices={operations.map(({ id, title }) => ({ value: id, label: title }))}
      chosen={draft.chosen}
      onChange={(chosen) => onChange({ chosen })}
    />
  ),
  effectKinds: ({ draft, onChange }) => (
    <>
      <NativeSelect
        label="How many of its effects"
        value={draft.match}
        data={[
          { value: 'any', label: 'At least one is of these kinds' },
          { value: 'only', label: 'All are of these kinds' },
        ]}
        onChange={(event) => onChange({ ...draft, match: event.currentTarget.value === 'only' ? 'only' : 'any' })}
      />
      <ChosenFields
        label="Kinds"
        choices={KINDS}
        chosen={draft.chosen}
        onChange={(chosen) => onChange({ ...draft, chosen })}
      />
    </>
  ),
};

export function ConditionFields<K extends ConditionName>({
  name,
  ...props
}: Props<K> & { readonly name: K }): ReactNode {
  const Fields = FIELDS[name] as (props: Props<K>) => ReactNode;
  return <Fields {...props} />;
}

function Answer({
  draft,
  label,
  yes,
  no,
  onChange,
}: Props<'movesMoney' | 'offHours'> & {
  readonly label: string;
  readonly yes: string;
  readonly no: string;
}): ReactNode {
  return (
    <NativeSelect
      label={label}
      value={draft.yes ? 'yes' : 'no'}
      data={[
        { value: 'yes', label: yes },
        { value: 'no', label: no },
      ]}
      onChange={(event) => onChange({ yes: event.currentTarget.value === 'yes' })}
    />
  );
}

function RiskField({
  draft,
  label,
  onChange,
}: Props<'riskAtLeast' | 'riskAtMost'> & { readonly label: string }): ReactNode {
  return (
    <NativeSelect
      label={label}
      value={draft.risk}
      data={[...RISKS]}
      onChange={(event) => {
        const risk = RISKS.find((one) => one === event.currentTarget.value);
        if (risk !== undefined) onChange({ risk });
      }}
    />
  );
}

/** Both ends are included; one of them may be empty. */
function Range<T extends RangeDraft>({
  draft,
  noun,
  unit = '',
  inputMode,
  issueOf,
  onChange,
}: {
  readonly draft: T;
  readonly noun: string;
  /** Behind the label: `, USD`. */
  readonly unit?: string;
  readonly inputMode: 'numeric' | 'decimal';
  readonly issueOf: (field: string) => string | undefined;
  readonly onChange: (draft: T) => void;
}): ReactNode {
  const end = (field: 'from' | 'to'): ReactNode => (
    <TextInput
      label={`${noun} ${field}${unit}`}
      inputMode={inputMode}
      error={issueOf(field)}
      value={draft[field]}
      onChange={(event) => onChange({ ...draft, [field]: event.currentTarget.value })}
    />
  );
  return (
    <div className={classes.pair}>
      {end('from')}
      {end('to')}
    </div>
  );
}

function Amounts<T extends RangeDraft>(props: {
  readonly draft: T;
  readonly noun: string;
  readonly issueOf: (field: string) => string | undefined;
  readonly onChange: (draft: T) => void;
}): ReactNode {
  const { organization } = useWorkplace();
  return <Range {...props} unit={`, ${organization.baseCurrency}`} inputMode="decimal" />;
}

function Rolling({ help, ...props }: Props<'requesterTotal' | 'payeeTotal'> & { readonly help: string }): ReactNode {
  const { draft, onChange } = props;
  return (
    <>
      <Amounts draft={draft} noun="Total" issueOf={props.issueOf} onChange={onChange} />
      <NativeSelect
        label="Within"
        description={help}
        value={String(draft.hours)}
        data={ROLLING_HOURS.map((hours) => ({ value: String(hours), label: windowInWords(hours) }))}
        onChange={(event) =>
          onChange({
            ...draft,
            hours: ROLLING_HOURS.find((one) => String(one) === event.currentTarget.value) ?? draft.hours,
          })
        }
      />
    </>
  );
}

function windowInWords(hours: RollingHours): string {
  if (hours < 48) return hours === 1 ? 'an hour' : `${hours} hours`;
  return `${hours / 24} days`;
}

/** The schema's own bound. */
const MAX_CURRENCIES = 20;

function Currencies({ draft, issueOf, onChange }: Props<'amountIn'>): ReactNode {
  const { organization } = useWorkplace();
  const { rows } = draft;
  return (
    <>
      {rows.map((row, index) => (
        // Rows have no identity of their own.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className={classes.currencyRow}>
          <NativeSelect
            label="Currency"
            value={row.currency}
            data={[...currencyCodes]}
            onChange={(event) => onChange({ rows: rows.with(index, { ...row, currency: event.currentTarget.value }) })}
          />
          <Range
            draft={row}
            noun="Amount"
            unit={`, ${row.currency}`}
            inputMode="decimal"
            issueOf={(field) => issueOf(`${index}.${field}`)}
            onChange={(changed) => onChange({ rows: rows.with(index, changed) })}
          />
          {rows.length > 1 && (
            <Button
              variant="default"
              aria-label={`Take away ${row.currency}`}
              onClick={() => onChange({ rows: rows.toSpliced(index, 1) })}
            >
              Take away
            </Button>
          )}
        </div>
      ))}
      {rows.length < MAX_CURRENCIES && (
        <div>
          <Button
            variant="default"
            size="xs"
            onClick={() => onChange({ rows: [...rows, { currency: organization.baseCurrency, from: '', to: '' }] })}
          >
            And in another currency
          </Button>
        </div>
      )}
    </>
  );
}
