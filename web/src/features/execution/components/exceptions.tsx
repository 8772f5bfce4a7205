import { plural } from '@countersign/domain/plan/sentence';
import type { Plan } from '@countersign/domain/schemas/execution';
import { IconAlertTriangle, IconCircleMinus, IconEyeOff, IconUserPlus } from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';
import { Link } from 'react-router';
import { Section } from '../../../components/section.tsx';
import { unbroken } from '../../../components/unbroken.ts';
import classes from './overview.module.css';

interface Exception {
  readonly key: string;
  readonly icon: ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: boolean }>;
  readonly text: ReactNode;
  readonly to: string | null;
}

/** Reasons for leaving rows out that are shown one by one; more than these are one counted line. */
const REASONS = 3;

/** What is unusual in the plan, before its totals. What is left out can do no harm: it comes last, and counted. */
export function Exceptions({ plan }: { readonly plan: Plan }): ReactNode {
  const unusual = unusualIn(plan);
  const refused = plan.problemsByCode
    .filter((group) => group.severity === 'refused')
    .toSorted((a, b) => b.count - a.count);
  const rows = refused.reduce((sum, group) => sum + group.count, 0);
  return (
    <Section title="Look at these first">
      {unusual.length === 0 && (
        <p className={classes.calm}>
          Nothing unusual was found: no new payee, no hidden bank account, no possible duplicate.
        </p>
      )}
      <ul className={classes.exceptions}>
        {unusual.map(({ key, icon: Icon, text, to }) => (
          <li key={key} data-severity="notice">
            <Icon size={17} stroke={1.7} aria-hidden />
            <span>{text}</span>
            {to !== null && <Link to={to}>Show</Link>}
          </li>
        ))}
        {refused.length > REASONS ? (
          <li data-severity="refused">
            <IconCircleMinus size={17} stroke={1.7} aria-hidden />
            <span>
              {plural(rows, 'row')} of the file left out, for {refused.length} different reasons
            </span>
            <Link to="?tab=problems">Show</Link>
          </li>
        ) : (
          refused.map((group) => (
            <li key={group.code} data-severity="refused">
              <IconCircleMinus size={17} stroke={1.7} aria-hidden />
              <span>
                {plural(group.count, 'row')} left out{group.count > 1 ? ', such as: ' : ': '}
                {group.message}
              </span>
              <Link to={`?tab=problems&code=${encodeURIComponent(group.code)}`}>Show</Link>
            </li>
          ))
        )}
      </ul>
    </Section>
  );
}

function unusualIn(plan: Plan): readonly Exception[] {
  return [
    ...(plan.newPayeeCount > 0
      ? [
          {
            key: 'new',
            icon: IconUserPlus,
            text: `${plural(plan.newPayeeCount, 'payee')} never paid before by this organization`,
            to: null,
          },
        ]
      : []),
    ...plan.problemsByCode
      .filter((group) => group.severity === 'notice')
      .map((group) => ({
        key: group.code,
        icon: IconAlertTriangle,
        text: `${plural(group.count, 'row')} to look at${group.count > 1 ? ', such as' : ''}: ${group.message}`,
        to: `?tab=problems&code=${encodeURIComponent(group.code)}`,
      })),
    ...(plan.hiddenDestinationCount > 0
      ? [
          {
            key: 'hidden',
            icon: IconEyeOff,
            text: `${plural(plan.hiddenDestinationCount, 'payout')} to a bank account that Stripe hides from the platform`,
            to: '?tab=rows&show=hidden',
          },
        ]
      : []),
    ...plan.warnings.map((warning, index) => ({
      key: `warning-${index}`,
      icon: IconAlertTriangle,
      text: unbroken(warning),
      to: null,
    })),
  ];
}
