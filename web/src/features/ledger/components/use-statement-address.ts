import { dayOf } from '@countersign/domain/schedule/wall-time';
import type { StatementKind } from '@countersign/domain/schemas/statement';
import { useNow } from '../../../components/now.ts';
import { type StatementAddress, readStatementAddress } from '../api/statement-address.ts';
import { useAddress } from './use-address.ts';

/** What the address asks for, and a way to change a part of it. */
export function useStatementAddress(fallback: StatementKind): {
  readonly address: StatementAddress;
  readonly today: string;
  readonly put: (name: string, value: string) => void;
} {
  const { search, put } = useAddress();
  const today = dayOf(useNow());
  return { address: readStatementAddress(search, today, fallback), today, put };
}
