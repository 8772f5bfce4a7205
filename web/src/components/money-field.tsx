import { currencyCodes, isCurrency } from '@countersign/domain/money/currencies';
import { fromMinor, isMinorString, toMajorText, toMinor } from '@countersign/domain/money/money';
import { parseAmount } from '@countersign/domain/money/parse-amount';
import { NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';

/** An amount with its currency; the value is `{amountMinor, currency}` once both can be read exactly. */
export function MoneyField({
  label,
  description,
  error,
  disabled,
  currencies = currencyCodes,
  value,
  onChange,
}: {
  readonly label: string;
  readonly description: string | undefined;
  readonly error: string | undefined;
  readonly disabled: boolean;
  readonly currencies?: readonly string[];
  /** What the form begins with. */
  readonly value?: unknown;
  readonly onChange: (value: { amountMinor: string; currency: string } | undefined) => void;
}): ReactNode {
  const [first] = useState(() => moneyIn(value));
  const [text, setText] = useState(first ? toMajorText(toMinor(first.amountMinor), first.currency) : '');
  const [currency, setCurrency] = useState(first?.currency ?? currencies[0] ?? 'USD');
  const parsed = text.trim() === '' ? null : parseAmount(text, currency);
  const update = (nextText: string, nextCurrency: string): void => {
    setText(nextText);
    setCurrency(nextCurrency);
    const next = nextText.trim() === '' ? null : parseAmount(nextText, nextCurrency);
    onChange(next?.ok ? { amountMinor: fromMinor(next.amountMinor), currency: nextCurrency } : undefined);
  };
  return (
    <div style={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr) 110px', gap: 8, alignItems: 'end' }}>
      <TextInput
        label={label}
        description={description}
        error={parsed && !parsed.ok ? `${parsed.message}. ${parsed.remedy}` : error}
        disabled={disabled}
        inputMode="decimal"
        value={text}
        onChange={(event) => update(event.currentTarget.value, currency)}
      />
      <NativeSelect
        aria-label={`Currency of ${label}`}
        disabled={disabled}
        value={currency}
        data={[...currencies]}
        onChange={(event) => update(text, event.currentTarget.value)}
      />
    </div>
  );
}

function moneyIn(value: unknown): { readonly amountMinor: string; readonly currency: string } | null {
  if (typeof value !== 'object' || value === null || !('amountMinor' in value) || !('currency' in value)) return null;
  const { amountMinor, currency } = value;
  return typeof amountMinor === 'string' &&
    isMinorString(amountMinor) &&
    typeof currency === 'string' &&
    isCurrency(currency)
    ? { amountMinor, currency }
    : null;
}
