import type { ReactNode } from 'react';
import { MemberName } from '../../../components/member-name.tsx';
import type { Fact } from '../api/change-facts.ts';
import classes from './changes.module.css';

/** One side of a comparison; marked is what stands only on this side. */
export function Facts({
  facts,
  other,
}: {
  readonly facts: readonly Fact[];
  readonly other: readonly Fact[];
}): ReactNode {
  if (facts.length === 0) return <p className="muted">Nothing yet</p>;
  const others = new Map(other.map(({ label, lines }) => [label, lines]));
  return (
    <dl className={classes.said}>
      {facts.map(({ label, lines, member }) => {
        const there = others.get(label);
        return (
          <div key={label} data-changed={there?.join('\n') !== lines.join('\n') || undefined}>
            <dt>{label}</dt>
            {lines.map((line, index) => (
              // Lines may say the same twice, and never move.
              // oxlint-disable-next-line react/no-array-index-key
              <dd key={index} data-changed={(there !== undefined && !there.includes(line)) || undefined}>
                {there !== undefined && !there.includes(line) && <span className="visually-hidden">Differs: </span>}
                {member === true ? <MemberName uid={line} /> : line}
              </dd>
            ))}
          </div>
        );
      })}
    </dl>
  );
}
