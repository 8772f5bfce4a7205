import { paths } from '@countersign/domain/paths';
import type { BalanceMonth } from '@countersign/domain/schemas/balance-month';
import type { Write } from '../store/database.ts';

export function monthWrite(orgId: string, month: BalanceMonth): Extract<Write, { op: 'set' }> {
  return {
    op: 'set',
    path: paths.balanceMonth(orgId, month.month, month.accountId, month.currency),
    data: { ...month, cells: JSON.stringify(month.cells) },
  };
}
