import type { Parameter } from '@countersign/domain/schemas/plugin';
import { Checkbox, NativeSelect, Radio, Textarea, TextInput } from '@mantine/core';
import '@mantine/core/styles/Checkbox.css';
import '@mantine/core/styles/InlineInput.css';
import '@mantine/core/styles/Radio.css';
import '@mantine/core/styles/Group.css';
import '@mantine/core/styles/Stack.css';
import type { ReactNode } from 'react';
import { MoneyField } from './money-field.tsx';

/** Choices up to this number are shown side by side, more in a list. */
const RADIO_CHOICES = 4;
/** Texts that may be longer get lines of their own. */
const ONE_LINE_LENGTH = 1_000;

/** One field of a form that asks for an operation's parameters. Files have fields of their own. */
export function ParameterField({
  parameter,
  value,
  problem,
  disabled,
  onChange,
}: {
  readonly parameter: Exclude<Parameter, { type: 'file' }>;
  readonly value: unknown;
  readonly problem: string | null;
  readonly disabled: boolean;
  readonly onChange: (value: unknown) => void;
}): ReactNode {
  const shared = {
    label: parameter.label,
    description: parameter.help === '' ? undefined : parameter.help,
    error: problem ?? undefined,
    disabled,
    withAsterisk: false,
  };
  const text = typeof value === 'string' ? value : '';
  const optional = parameter.required ? shared : { ...shared, label: `${parameter.label} (optional)` };
  switch (parameter.type) {
    case 'string':
    case 'account':
      if (parameter.type === 'string' && parameter.maxLength > ONE_LINE_LENGTH)
        return (
          <Textarea
            {...optional}
            value={text}
            rows={14}
            spellCheck={false}
            maxLength={parameter.maxLength}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        );
      return (
        <TextInput
          {...optional}
          value={text}
          {...(parameter.type === 'string' ? { maxLength: parameter.maxLength } : {})}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'date':
      return (
        <TextInput {...optional} type="date" value={text} onChange={(event) => onChange(event.currentTarget.value)} />
      );
    case 'number':
      return (
        <TextInput
          {...optional}
          inputMode={parameter.integer ? 'numeric' : 'decimal'}
          defaultValue={typeof value === 'number' ? String(value) : ''}
          onChange={(event) => {
            const entered = event.currentTarget.value.trim();
            // Not a number stays text, so that the check refuses it instead of taking a part of it.
            onChange(entered === '' ? undefined : /^-?\d+(\.\d+)?$/.test(entered) ? Number(entered) : entered);
          }}
        />
      );
    case 'boolean':
      return (
        <Checkbox
          label={parameter.label}
          description={shared.description}
          error={shared.error}
          disabled={disabled}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'money':
      return (
        <MoneyField
          {...optional}
          {...(parameter.currencies ? { currencies: parameter.currencies } : {})}
          value={value}
          onChange={onChange}
        />
      );
    case 'select':
      if (parameter.options.length > RADIO_CHOICES) {
        return (
          <NativeSelect
            {...optional}
            value={text}
            data={[{ value: '', label: '' }, ...parameter.options]}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        );
      }
      return (
        <Radio.Group {...optional} value={text} onChange={onChange}>
          <div style={{ display: 'grid', gap: 8, marginTop: 8 }}>
            {parameter.options.map((option) => (
              <Radio key={option.value} value={option.value} label={option.label} disabled={disabled} size="xs" />
            ))}
          </div>
        </Radio.Group>
      );
    case 'multiselect':
      return (
        <Checkbox.Group
          {...optional}
          value={Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []}
          onChange={onChange}
        >
          <div style={{ display: 'grid', gap: 8, marginTop: 8 }}>
            {parameter.options.map((option) => (
              <Checkbox key={option.value} value={option.value} label={option.label} disabled={disabled} size="xs" />
            ))}
          </div>
        </Checkbox.Group>
      );
  }
}
