import { ROLES } from '@countersign/domain/schemas/common';
import type { ApprovalLevel } from '@countersign/domain/schemas/policy';
import { Button, NativeSelect } from '@mantine/core';
import { type ReactNode, useRef } from 'react';
import { Checkbox } from '../../../components/checkbox.ts';
import type { RuleDraft } from '../api/policy-draft.ts';
import classes from './policies.module.css';

/** The schema's own bounds. */
const MAX_LEVELS = 6;
const PEOPLE = ['1', '2', '3', '4', '5'];

/** Who signs, in which order; or that nobody has to. */
export function LevelsEditor({
  rule,
  issue,
  onChange,
}: {
  readonly rule: RuleDraft;
  readonly issue: string | undefined;
  readonly onChange: (fields: Partial<RuleDraft>) => void;
}): ReactNode {
  const { levels } = rule;
  const adder = useRef<HTMLButtonElement>(null);
  const set = (index: number, fields: Partial<ApprovalLevel>): void => {
    const level = levels[index];
    if (level !== undefined) onChange({ levels: levels.with(index, { ...level, ...fields }) });
  };
  return (
    <fieldset className={classes.group}>
      <legend>Who signs, in this order</legend>
      <Checkbox
        label="Nobody has to"
        description="For plans that move money only with “It moves money” and an upper amount"
        checked={rule.auto}
        onChange={(event) => onChange({ auto: event.currentTarget.checked })}
      />
      {!rule.auto &&
        levels.map((level, index) => (
          // Levels have no identity of their own.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={index} className={classes.level}>
            <NativeSelect
              label="People"
              value={String(level.people)}
              data={PEOPLE}
              onChange={(event) => set(index, { people: Number(event.currentTarget.value) })}
            />
            <NativeSelect
              label={`Role of level ${index + 1}`}
              value={level.role}
              data={[...ROLES]}
              onChange={(event) => {
                const role = ROLES.find((one) => one === event.currentTarget.value);
                if (role !== undefined) set(index, { role });
              }}
            />
            <Button
              variant="default"
              aria-label={`Remove level ${index + 1}`}
              onClick={() => {
                onChange({ levels: levels.toSpliced(index, 1) });
                adder.current?.focus();
              }}
            >
              Remove
            </Button>
          </div>
        ))}
      {issue !== undefined && (
        <p role="alert" className={classes.issue}>
          {issue}
        </p>
      )}
      {!rule.auto && levels.length < MAX_LEVELS && (
        <div>
          <Button
            ref={adder}
            variant="default"
            size="xs"
            onClick={() => onChange({ levels: [...levels, { role: 'approver', people: 1 }] })}
          >
            Add a level
          </Button>
        </div>
      )}
    </fieldset>
  );
}
