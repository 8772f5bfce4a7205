import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import classes from './filter-links.module.css';

/** A filter that lies in the address, so that a filtered page can be sent and kept. An empty key takes it out. */
export function FilterLinks({
  label,
  parameter,
  options,
}: {
  readonly label: string;
  readonly parameter: string;
  readonly options: readonly { readonly key: string; readonly label: string; readonly count?: number }[];
}): ReactNode {
  const [search] = useSearchParams();
  const current = search.get(parameter) ?? '';
  return (
    <nav className={classes.root} aria-label={label}>
      {options.map((option) => {
        const next = new URLSearchParams(search);
        if (option.key === '') next.delete(parameter);
        else next.set(parameter, option.key);
        return (
          <Link
            key={option.key}
            to={{ search: next.toString() }}
            replace
            className={classes.link}
            aria-current={current === option.key ? 'true' : undefined}
          >
            {option.label}
            {option.count !== undefined && <span className={classes.count}>{option.count.toLocaleString('en')}</span>}
          </Link>
        );
      })}
    </nav>
  );
}
