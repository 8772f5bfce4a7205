import { conditionInWords } from '@countersign/domain/approval/conditions';
import type { Operation } from '@countersign/domain/schemas/plugin';
import { Button } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { useWorkplace } from '../../../app/organization.tsx';
import { type ConditionDrafts, type ConditionName, whenOf } from '../api/condition-draft.ts';
import { CONDITION_TITLES, ConditionFields } from './condition-fields.tsx';
import classes from './policies.module.css';

/** One condition: its fields, and the sentence that it makes as long as it can be read. */
export function ConditionCard<K extends ConditionName>({
  name,
  draft,
  focused,
  issueOf,
  operations,
  onChange,
  onRemove,
}: {
  readonly name: K;
  readonly draft: ConditionDrafts[K];
  /** It was just added: its first field has the focus. */
  readonly focused: boolean;
  readonly issueOf: (field: string) => string | undefined;
  readonly operations: readonly Operation[];
  readonly onChange: (draft: ConditionDrafts[K]) => void;
  readonly onRemove: () => void;
}): ReactNode {
  const { organization } = useWorkplace();
  const fields = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (focused) fields.current?.querySelector<HTMLElement>('input, select')?.focus();
    // Only when it comes: what is typed later keeps its place.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const title = CONDITION_TITLES[name];
  return (
    <fieldset className={classes.condition} data-condition={name}>
      <legend>{title}</legend>
      <div ref={fields} className={classes.fields}>
        <ConditionFields name={name} draft={draft} issueOf={issueOf} operations={operations} onChange={onChange} />
      </div>
      <div className={classes.conditionFoot}>
        <p className="muted" aria-live="polite">
          {sentenceOf(name, draft, organization.baseCurrency)}
        </p>
        <Button variant="subtle" size="compact-sm" aria-label={`Take away the condition “${title}”`} onClick={onRemove}>
          Take away
        </Button>
      </div>
    </fieldset>
  );
}

function sentenceOf<K extends ConditionName>(name: K, draft: ConditionDrafts[K], currency: string): string {
  let problem: string | null = null;
  const when = whenOf({ [name]: draft }, currency, (field, message) => {
    problem ??= field.endsWith('empty') ? `${message}.` : 'Not complete: see what is marked.';
  });
  return problem ?? `Holds when ${conditionInWords(when, currency).join(' and ')}.`;
}
