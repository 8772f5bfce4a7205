import { ruleInWords } from '@countersign/domain/approval/rule-in-words';
import type { Member } from '@countersign/domain/schemas/organization';
import type { Operation } from '@countersign/domain/schemas/plugin';
import { Button, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { useWorkplace } from '../../../app/organization.tsx';
import { type RuleDraft, emptyPolicy, policyOf } from '../api/policy-draft.ts';
import { LevelsEditor } from './levels-editor.tsx';
import classes from './policies.module.css';
import { RuleConditions } from './rule-conditions.tsx';
import { WhoSigns } from './who-signs.tsx';

export interface RuleEditorProps {
  readonly rule: RuleDraft;
  /** From 1. */
  readonly place: number;
  readonly count: number;
  readonly open: boolean;
  readonly issueOf: (field: string) => string | undefined;
  readonly broken: boolean;
  readonly members: readonly Member[] | null;
  readonly operations: readonly Operation[];
  readonly onOpen: () => void;
  readonly onChange: (fields: Partial<RuleDraft>) => void;
  readonly onMove: (by: 1 | -1) => void;
  readonly onRemove: () => void;
}

/** A rule as its sentence; opened, with its fields. */
export function RuleEditor(props: RuleEditorProps): ReactNode {
  const { rule, place, count, open, broken, members, onOpen, onMove, onRemove } = props;
  const tools = useRef<HTMLDivElement>(null);
  const moved = useRef<1 | -1 | null>(null);
  const called = rule.name.trim() === '' ? `rule ${place}` : `“${rule.name.trim()}”`;
  // Moved in the page, the button loses the focus; at an end it can't have it, so that the other one gets it.
  useEffect(() => {
    const by = moved.current;
    moved.current = null;
    if (by === null) return;
    const button = (one: number): HTMLButtonElement | null | undefined =>
      tools.current?.querySelector<HTMLButtonElement>(`[data-move="${one}"]:not(:disabled)`);
    (button(by) ?? button(-by))?.focus();
  }, [place]);
  const move = (by: 1 | -1): void => {
    moved.current = by;
    onMove(by);
  };
  return (
    <fieldset className={classes.card} data-rule={rule.key}>
      <legend>Rule {place}</legend>
      <p className={classes.name}>{rule.name.trim() === '' ? 'Without a name yet' : rule.name}</p>
      <Sentence rule={rule} />
      <WhoSigns levels={rule.auto ? [] : rule.levels} members={members} />
      {broken && !open && (
        <p className={classes.issue}>Something in this rule is missing or wrong: edit it to see what.</p>
      )}
      <div ref={tools} className={classes.tools}>
        <Button variant="default" size="xs" aria-expanded={open} aria-label={`Edit ${called}`} onClick={onOpen}>
          {open ? 'Close' : 'Edit'}
        </Button>
        <Button
          variant="default"
          size="xs"
          disabled={place === 1}
          data-move={-1}
          aria-label={`Move ${called} up`}
          onClick={() => move(-1)}
        >
          Up
        </Button>
        <Button
          variant="default"
          size="xs"
          disabled={place === count}
          data-move={1}
          aria-label={`Move ${called} down`}
          onClick={() => move(1)}
        >
          Down
        </Button>
        <Button variant="default" size="xs" aria-label={`Remove ${called}`} onClick={onRemove}>
          Remove
        </Button>
      </div>
      {open && <Fields {...props} />}
    </fieldset>
  );
}

/** In the words that approvers will read, as long as it can be read. */
function Sentence({ rule }: { readonly rule: RuleDraft }): ReactNode {
  const { organization } = useWorkplace();
  const alone = policyOf(
    { ...emptyPolicy(), rules: [{ ...rule, name: rule.name.trim() === '' ? 'unnamed' : rule.name }] },
    organization.baseCurrency,
  );
  const read = alone.ok ? alone.policy.rules[0] : undefined;
  if (read === undefined) return null;
  return <p className={classes.sentence}>{ruleInWords(read, organization.baseCurrency)}</p>;
}

function Fields({ rule, issueOf, operations, onChange }: RuleEditorProps): ReactNode {
  return (
    <div className={classes.open}>
      <TextInput
        label="Name"
        description="Approvers and the audit log read it"
        error={issueOf('name')}
        maxLength={200}
        value={rule.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <RuleConditions
        when={rule.when}
        issueOf={issueOf}
        operations={operations}
        onChange={(when) => onChange({ when })}
      />
      <LevelsEditor rule={rule} issue={issueOf('levels')} onChange={onChange} />
    </div>
  );
}
