import { ruleInWords } from '@countersign/domain/approval/rule-in-words';
import { policyRuleSchema } from '@countersign/domain/schemas/policy';
import type { ReactNode } from 'react';
import { useWorkplace } from '../../../app/organization.tsx';
import classes from './changes.module.css';

/**
 * Approval rules as sentences, in their order; marked is what stands only on this side.
 * @param value what would be stored, or was
 * @param other the other side of the comparison
 */
export function PolicyInWords({ value, other }: { readonly value: unknown; readonly other: unknown }): ReactNode {
  const { organization } = useWorkplace();
  const { baseCurrency } = organization;
  const lines = linesOf(value, baseCurrency);
  const others = linesOf(other, baseCurrency).map(wordsOf);
  if (lines.length === 0) return <p className="muted">Nothing yet</p>;
  return (
    <ol className={classes.rules}>
      {lines.map((line) => {
        const differs = !others.includes(wordsOf(line));
        return (
          <li key={`${line.place} ${wordsOf(line)}`} data-changed={differs || undefined}>
            {differs && <span className="visually-hidden">Differs: </span>}
            {line.place} <strong>{line.name}</strong> {line.text}
          </li>
        );
      })}
    </ol>
  );
}

/** Whether rules that are on both sides stand there in another order, which decides which of them comes first. */
export function isReordered(before: unknown, after: unknown): boolean {
  const [one, two] = [linesOf(before, 'USD').map(wordsOf), linesOf(after, 'USD').map(wordsOf)];
  const kept = one.filter((words) => two.includes(words));
  return kept.join('\n') !== two.filter((words) => one.includes(words)).join('\n');
}

interface Line {
  /** `1.` for the first rule; empty for what holds for all of them. */
  readonly place: string;
  readonly name: string;
  readonly text: string;
}

/** The place is left out: one that is put in before all others changes none of them. */
const wordsOf = ({ name, text }: Line): string => `${name} ${text}`;

function linesOf(value: unknown, currency: string): Line[] {
  if (typeof value !== 'object' || value === null) return [];
  const { rules, expiryHours, reminderHours, active, name } = value as Record<string, unknown>;
  const parsed = policyRuleSchema.array().safeParse(rules);
  if (!parsed.success) return [];
  const said = parsed.data.map((rule, index) => ({
    place: `${index + 1}.`,
    name: `${rule.name}.`,
    text: ruleInWords(rule, currency),
  }));
  const reminder = typeof reminderHours === 'number' ? `reminds after ${reminderHours} hours` : 'reminds nobody';
  const terms = `expires after ${String(expiryHours)} hours, ${reminder}, ${active === true ? 'active' : 'switched off'}`;
  return [...said, { place: '', name: `${String(name)}:`, text: `${terms}.` }];
}
