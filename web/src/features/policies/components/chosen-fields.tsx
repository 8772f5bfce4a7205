import type { ReactNode } from 'react';
import { Checkbox } from '../../../components/checkbox.ts';
import classes from './policies.module.css';

/** Some of a few choices. What is chosen and offered no more stays, so that it can be taken away. */
export function ChosenFields({
  label,
  choices,
  chosen,
  onChange,
}: {
  readonly label: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}): ReactNode {
  const gone = chosen.filter((value) => !choices.some((choice) => choice.value === value));
  return (
    <div role="group" aria-label={label} className={classes.checks}>
      {[...choices, ...gone.map((value) => ({ value, label: value }))].map(({ value, label: text }) => (
        <Checkbox
          key={value}
          label={text}
          checked={chosen.includes(value)}
          onChange={(event) =>
            onChange(event.currentTarget.checked ? [...chosen, value] : chosen.filter((one) => one !== value))
          }
        />
      ))}
    </div>
  );
}
