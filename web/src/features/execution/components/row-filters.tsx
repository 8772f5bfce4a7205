import { countOf } from '@countersign/domain/plan/totals';
import type { Execution, Plan } from '@countersign/domain/schemas/execution';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import classes from './row-filters.module.css';

/** Which payouts are shown. Choices without any payout are not offered. */
export function RowFilters({
  execution,
  plan,
  shown,
  loaded,
}: {
  readonly execution: Execution;
  readonly plan: Plan;
  readonly shown: number;
  readonly loaded: number;
}): ReactNode {
  const [search, setSearch] = useSearchParams();
  const current = search.get('show') ?? '';
  const { tally } = execution;
  const options = [
    { key: '', label: 'All', count: plan.effectCount },
    { key: 'failed', label: 'Failed', count: countOf(tally?.failed ?? []) },
    { key: 'unknown', label: 'Unknown', count: countOf(tally?.unknown ?? []) },
    { key: 'succeeded', label: 'Paid', count: countOf(tally?.succeeded ?? []) },
    { key: 'waiting', label: 'Untouched', count: tally ? countOf(tally.untouched) : 0 },
    { key: 'hidden', label: 'Bank hidden', count: plan.hiddenDestinationCount },
  ].filter((option) => option.key === '' || option.count > 0 || option.key === current);

  const choose = (key: string): void => {
    const next = new URLSearchParams(search);
    if (key === '') next.delete('show');
    else next.set('show', key);
    setSearch(next, { replace: true });
  };
  return (
    <div className={classes.root}>
      <div className={classes.options} role="group" aria-label="Which payouts">
        {options.map((option) => (
          <button
            key={option.key}
            type="button"
            aria-pressed={current === option.key}
            className={classes.option}
            onClick={() => choose(option.key)}
          >
            {option.label} <span className="tabular">{option.count.toLocaleString('en')}</span>
          </button>
        ))}
      </div>
      {current !== '' && loaded < plan.effectCount && (
        <span className="muted" role="status">
          {shown.toLocaleString('en')} found in {loaded.toLocaleString('en')} of {plan.effectCount.toLocaleString('en')}
          …
        </span>
      )}
    </div>
  );
}
