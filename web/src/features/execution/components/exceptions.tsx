import { plural } from '@countersign/domain/plan/sentence';
import type { Plan } from '@countersign/domain/schemas/execution';
import { IconAlertTriangle, IconCircleMinus, IconEyeOff, IconUserPlus } from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';
import { Link } from 'react-router';
import { Section } from '../../../components/section.tsx';
import classes from './overview.module.css';

interface Exception {
  readonly key: string;
  readonly icon: ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: boolean }>;
  readonly severity: 'notice' | 'refused';
  readonly text: ReactNode;
  readonly to: string;
}

/** What is unusual in the plan, before its totals: people see this first. */
export function Exceptions({ plan }: { readonly plan: Plan }): ReactNode {
  const exceptions = list(plan);
  return (
    <Section title="Look at these first" count={exceptions.length}>
      {exceptions.length === 0 ? (
        <p className="muted" style={{ padding: '9px 0' }}>
          Nothing unusual was found: no new payee, no possible duplicate, no row left out.
        </p>
      ) : (
        <ul className={classes.exceptions}>
          {exceptions.map(({ key, icon: Icon, severity, text, to }) => (
            <li key={key} data-severity={severity}>
              <Icon size={17} stroke={1.7} aria-hidden />
              <span>{text}</span>
              <Link to={to}>Show</Link>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function list(plan: Plan): readonly Exception[] {
  return [
    ...(plan.newPayeeCount > 0
      ? [{ key: 'new', icon: IconUserPlus, severity: 'notice', text: <>{plural(plan.newPayeeCount, 'payee')} never paid before by this organization</>, to: '?tab=rows' } as const]
      : []),
    ...(plan.hiddenDestinationCount > 0
      ? [{ key: 'hidden', icon: IconEyeOff, severity: 'notice', text: <>{plural(plan.hiddenDestinationCount, 'payout')} to a bank account that Stripe hides from the platform</>, to: '?tab=rows&show=hidden' } as const]
      : []),
    ...[...plan.problemsByCode]
      .sort((a, b) => (a.severity === b.severity ? b.count - a.count : a.severity === 'notice' ? -1 : 1))
      .map((group) => ({
        key: group.code,
        icon: group.severity === 'notice' ? IconAlertTriangle : IconCircleMinus,
        severity: group.severity,
        text: (
          <>
            {plural(group.count, 'row')} {group.severity === 'refused' ? 'left out' : 'to look at'}: {group.message}
          </>
        ),
        to: `?tab=problems&code=${encodeURIComponent(group.code)}`,
      })),
    ...plan.warnings.map((warning, index) => ({ key: `warning-${index}`, icon: IconAlertTriangle, severity: 'notice' as const, text: warning, to: '?tab=problems' })),
  ];
}
