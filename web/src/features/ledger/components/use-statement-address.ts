import { dayOf } from '@countersign/domain/schedule/wall-time';
import type { StatementKind } from '@countersign/domain/schemas/statement';
import { useSearchParams } from 'react-router';
import { useNow } from '../../../components/now.ts';
import { type StatementAddress, readStatementAddress } from '../api/statement-address.ts';

/** What the address asks for, and a way to change a part of it. */
export function useStatementAddress(fallback: StatementKind): {
  readonly address: StatementAddress;
  readonly today: string;
  readonly put: (name: string, value: string) => void;
} {
  const [search, setSearch] = useSearchParams();
  const today = dayOf(useNow());
  const put = (name: string, value: string): void => {
    const next = new URLSearchParams(search);
    if (value === '') next.delete(name);
    else next.set(name, value);
    setSearch(next, { replace: true });
  };
  return { address: readStatementAddress(search, today, fallback), today, put };
}
