import { toMinor } from '@countersign/domain/money/money';
import { paths } from '@countersign/domain/paths';
import type { Execution } from '@countersign/domain/schemas/execution';
import { planTraitsSchema } from '@countersign/domain/schemas/plan-traits';
import * as z from 'zod';
import type { Database } from '../store/database.ts';

/** Runs of the operation that are looked back on. */
const RUNS = 30;

/** No more of an execution than is asked for here: what else an old one holds must not keep a new one from its plan. */
const pastSchema = z.object({
  id: z.string(),
  state: z.string(),
  plugin: z.object({ codeHash: z.string() }),
  plan: z.object({ traits: planTraitsSchema.nullable().catch(null) }).nullable(),
});

export interface RunHistory {
  readonly pastRuns: number;
  readonly pastAmounts: readonly bigint[];
  readonly sameCode: boolean | null;
  readonly firstOfRequester: boolean;
}

/** What the operation's last runs, and the requester's, say about a new one. */
export async function readHistory(
  db: Pick<Database, 'query'>,
  orgId: string,
  execution: Execution,
  baseCurrency: string,
): Promise<RunHistory> {
  const [ofOperation, ofRequester] = await Promise.all([
    db.query({
      collection: paths.executions(orgId),
      where: [['operationId', '==', execution.operationId]],
      orderBy: [['requestedAt', 'desc']],
      limit: RUNS + 1,
    }),
    db.query({
      collection: paths.executions(orgId),
      where: [['requestedBy', '==', execution.requestedBy]],
      orderBy: [['requestedAt', 'desc']],
      limit: 2,
    }),
  ]);
  const completed = ofOperation
    .flatMap(({ data }) => pastSchema.safeParse(data).data ?? [])
    .filter(({ id, state }) => id !== execution.id && state === 'completed');
  const [last] = completed;
  return {
    pastRuns: completed.length,
    pastAmounts: completed.flatMap(({ plan }) => {
      const base = plan?.traits?.base;
      const known = plan?.traits?.movesMoney === true && base?.currency === baseCurrency ? base.amountMinor : null;
      return known === null ? [] : [toMinor(known)];
    }),
    sameCode: last === undefined ? null : last.plugin.codeHash === execution.plugin.codeHash,
    firstOfRequester: ofRequester.every(({ data }) => data['id'] === execution.id),
  };
}
