import type { Account } from '@countersign/domain/schemas/account';
import { useCallback, useEffect, useState } from 'react';
import { useWorkplace } from '../../../app/organization.tsx';
import { readWhole } from '../../../app/read-once.ts';
import { useServices } from '../../../app/services.ts';
import { messageOf } from '../../../components/message-of.ts';
import { refs } from '../../../refs.ts';

/** More accounts than these are not searched in the browser; the reader of charts takes no more either. */
export const MOST_ACCOUNTS = 10_000;

export type WholeChart =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly accounts: readonly Account[] }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * All accounts, read once when they are first wanted: to find one by typing, and to know all branches.
 * @returns the chart, and what reads it again
 */
export function useWholeChart(wanted: boolean): readonly [WholeChart, () => void] {
  const { orgId } = useWorkplace();
  const { firestore } = useServices();
  const [turn, setTurn] = useState(0);
  const [read, setRead] = useState<{ readonly turn: number; readonly chart: WholeChart } | null>(null);
  useEffect(() => {
    if (!wanted) return;
    let stale = false;
    readWhole(firestore, refs.accounts(orgId), MOST_ACCOUNTS).then(
      (accounts) => stale || setRead({ turn, chart: { kind: 'ready', accounts } }),
      (error: unknown) => stale || setRead({ turn, chart: { kind: 'failed', message: messageOf(error) } }),
    );
    return () => {
      stale = true;
    };
  }, [firestore, orgId, wanted, turn]);
  const again = useCallback(() => setTurn((count) => count + 1), []);
  return [read?.turn === turn ? read.chart : { kind: 'loading' }, again];
}
