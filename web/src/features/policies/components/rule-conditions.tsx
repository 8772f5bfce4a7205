import type { Operation } from '@countersign/domain/schemas/plugin';
import { Button, NativeSelect } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useWorkplace } from '../../../app/organization.tsx';
import {
  CONDITION_NAMES,
  type ConditionDrafts,
  type ConditionName,
  type WhenDraft,
  emptyCondition,
} from '../api/condition-draft.ts';
import { ConditionCard } from './condition-card.tsx';
import { CONDITION_TITLES } from './condition-fields.tsx';
import classes from './policies.module.css';

/** When the rule applies: all conditions that were added must hold. Each is read back as the sentence that it makes. */
export function RuleConditions({
  when,
  issueOf,
  operations,
  onChange,
}: {
  readonly when: WhenDraft;
  readonly issueOf: (field: string) => string | undefined;
  readonly operations: readonly Operation[];
  readonly onChange: (when: WhenDraft) => void;
}): ReactNode {
  const { organization } = useWorkplace();
  const currency = organization.baseCurrency;
  const missing = CONDITION_NAMES.filter((name) => when[name] === undefined);
  const [wanted, setWanted] = useState<ConditionName | null>(null);
  // The card that was just added takes the focus; those of a rule that was just opened do not.
  const [added, setAdded] = useState<ConditionName | null>(null);
  const adder = useRef<HTMLSelectElement>(null);
  const removed = useRef(false);
  const next = wanted !== null && missing.includes(wanted) ? wanted : missing[0];

  const set = <K extends ConditionName>(name: K, draft: ConditionDrafts[K]): void =>
    onChange({ ...when, [name]: draft });
  const remove = (name: ConditionName): void => {
    const { [name]: _, ...others } = when;
    onChange(others);
    removed.current = true;
  };
  // What was taken away takes the focus with it; the list of what can be added may have to come back first.
  useEffect(() => {
    if (removed.current) adder.current?.focus();
    removed.current = false;
  }, [when]);
  return (
    <fieldset className={classes.group}>
      <legend>When all of this holds</legend>
      {missing.length === CONDITION_NAMES.length && <p className="muted">No condition: it fits every plan.</p>}
      {CONDITION_NAMES.map((name) => {
        const draft = when[name];
        return draft === undefined ? null : (
          <ConditionCard
            key={name}
            name={name}
            draft={draft}
            focused={added === name}
            issueOf={(field) => issueOf(`${name}.${field}`)}
            operations={operations}
            onChange={(changed) => set(name, changed)}
            onRemove={() => remove(name)}
          />
        );
      })}
      {next !== undefined && (
        <div className={classes.adder}>
          <NativeSelect
            ref={adder}
            label="Another condition"
            value={next}
            data={missing.map((name) => ({ value: name, label: CONDITION_TITLES[name] }))}
            onChange={(event) => setWanted(missing.find((name) => name === event.currentTarget.value) ?? null)}
          />
          <Button
            variant="default"
            onClick={() => {
              setAdded(next);
              set(next, emptyCondition(next, currency));
            }}
          >
            Add
          </Button>
        </div>
      )}
    </fieldset>
  );
}
