import { paths } from '@countersign/domain/paths';
import { moneyOf, payeeOf, referenceOf } from '@countersign/domain/plan/effect-facts';
import type { Effect, Outcome } from '@countersign/domain/schemas/effect';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { UnknownEffect, UnknownProposal } from '@countersign/domain/schemas/unknown';
import { refs } from '../refs.ts';
import { readAll, type Transaction, type Write } from '../store/database.ts';
import type { ChangeSet } from './change-set.ts';

/** An audit event names twenty documents; one of them is the execution. */
const MAX_SUPERSEDED = 15;

/**
 * The list of what nobody knows: each effect that this commit leaves unknown. Whoever settles one later takes it off
 * the list in the same commit, with `takeOffList`.
 * @param page `attempt-index` of its outcomes
 */
export function unknownWrites(
  orgId: string,
  execution: Pick<Execution, 'id' | 'title'>,
  page: string,
  effects: readonly Effect[],
  outcomes: readonly Outcome[],
): Write[] {
  return effects.flatMap((effect, at): Write[] => {
    const outcome = outcomes[at];
    if (outcome?.status !== 'unknown') return [];
    const money = moneyOf(effect);
    const unknown: UnknownEffect = {
      effectId: outcome.effectId,
      executionId: execution.id,
      title: execution.title,
      page,
      key: effect.key,
      kind: effect.kind,
      reference: referenceOf(effect),
      line: effect.line,
      account: payeeOf(effect)?.account ?? null,
      currency: money?.currency ?? null,
      amountMinor: money?.amountMinor.toString() ?? null,
      code: outcome.code,
      message: outcome.message,
      since: outcome.at,
      proposalId: null,
    };
    return [{ op: 'set', path: paths.unknown(orgId, outcome.effectId), data: unknown }];
  });
}

/**
 * Take settled effects off the list. A proposal of people on one of them is overtaken: it is closed, and the other
 * effects that it names are free for another. Reads in the transaction; its writes go into the change set.
 * @param deciding the proposal by which they are settled, if people do it
 */
export async function takeOffList(
  tx: Transaction,
  change: ChangeSet,
  orgId: string,
  effectIds: readonly string[],
  deciding: string | null = null,
): Promise<void> {
  const listed = await readAll(
    tx,
    effectIds.map((id) => refs.unknown(orgId, id)),
  );
  change.also(...effectIds.map((id): Write => ({ op: 'delete', path: paths.unknown(orgId, id) })));
  const overtaken = new Set(listed.flatMap((one) => (one?.proposalId == null ? [] : [one.proposalId])));
  if (deciding !== null) overtaken.delete(deciding);
  const proposals = await readAll(
    tx,
    [...overtaken].slice(0, MAX_SUPERSEDED).map((id) => refs.unknownProposal(orgId, id)),
  );
  for (const proposal of proposals) {
    if (proposal?.state !== 'open') continue;
    change.change(refs.unknownProposal(orgId, proposal.id), proposal, { state: 'superseded' });
    change.also(...(await freeOthers(tx, orgId, proposal, new Set(effectIds))));
  }
}

/** The effects of a closed proposal that are still unknown may be proposed again. */
export async function freeOthers(
  tx: Transaction,
  orgId: string,
  proposal: UnknownProposal,
  settled: ReadonlySet<string> = new Set(),
): Promise<Write[]> {
  const left = proposal.effects.filter(({ effectId }) => !settled.has(effectId));
  const listed = await readAll(
    tx,
    left.map(({ effectId }) => refs.unknown(orgId, effectId)),
  );
  return listed.flatMap((one): Write[] =>
    one?.proposalId === proposal.id
      ? [{ op: 'update', path: paths.unknown(orgId, one.effectId), data: { proposalId: null } }]
      : [],
  );
}
