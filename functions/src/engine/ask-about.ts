import { AppError } from '@countersign/domain/errors';
import { formatMoney, toMinor } from '@countersign/domain/money/money';
import { moneyOf, payeeOf, referenceOf } from '@countersign/domain/plan/effect-facts';
import { pageSchema, type Effect, type PageOutcomes } from '@countersign/domain/schemas/effect';
import type { UnknownProposal } from '@countersign/domain/schemas/unknown';
import pLimit from 'p-limit';
import { outsideKindOf } from '../effects/index.ts';
import type { PaymentNow, Performed } from '../effects/payment-provider.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Deps } from './deps.ts';
import { idsOf, settlementOf } from './perform-effects.ts';
import type { Answer } from './settle-outcomes.ts';

const ASKS_AT_ONCE = 4;

/** An effect that people want to settle, with the provider's last word on it. */
export interface AskedEffect {
  readonly effectId: string;
  readonly attempt: number;
  readonly index: number;
  /** All effects of its page. */
  readonly pageEffects: readonly Effect[];
  readonly effect: Effect;
  readonly found: Performed | null;
  /** The payment that people name, as the provider has it; null also when they name none. */
  readonly named: PaymentNow | null;
}

/**
 * Ask the provider one last time about each effect of a proposal.
 * @throws AppError `unavailable` when it does not answer: then nothing is settled
 */
export async function askAbout(deps: Deps, orgId: string, proposal: UnknownProposal): Promise<AskedEffect[]> {
  const limit = pLimit(ASKS_AT_ONCE);
  const organization = await read(deps.db, refs.organization(orgId));
  if (organization === null) throw new AppError('not_found', 'There is no such organization.');
  const ports = { provider: deps.provider, http: deps.http, organization };
  return Promise.all(
    proposal.effects.map((one) =>
      limit(async (): Promise<AskedEffect> => {
        const [attempt = 0, index = 0] = one.page.split('-').map(Number);
        const [stored, outcomes] = [
          await deps.db.get(refs.page(orgId, proposal.executionId, attempt, index).path),
          await read(deps.db, refs.outcome(orgId, proposal.executionId, attempt, index)),
        ];
        const pageEffects = pageSchema.safeParse(stored?.data).data?.effects ?? [];
        const at = pageEffects.findIndex(({ key }) => key === one.key);
        const effect = pageEffects[at];
        const intent = outcomes?.intents[at];
        if (effect === undefined || outcomes === null || intent?.effectId !== one.effectId)
          throw new AppError('internal', `The page of ${one.key} is not as it was`);
        const ids = idsOf({ lease: { orgId }, execution: { id: proposal.executionId } }, outcomes, intent);
        const found = await answering(
          async () =>
            outsideKindOf(effect)?.find(ports, effect, { ...ids, since: new Date(outcomes.intendedAt) }) ?? null,
        );
        const named = await answering(async () => namedPayment(deps, effect, proposal.providerId));
        assertTheirs(named, ids.effectId, ids.idempotencyKey, proposal.providerId);
        return { effectId: one.effectId, attempt, index, pageEffects, effect, found, named };
      }),
    ),
  );
}

async function answering<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw new AppError('unavailable', 'The provider does not answer, and it must be asked first. Try again later.', {
      retryable: true,
      cause: error,
    });
  }
}

async function namedPayment(deps: Deps, effect: Effect, providerId: string | null): Promise<PaymentNow | null> {
  const payee = payeeOf(effect);
  if (providerId === null || payee === null || (effect.kind !== 'stripe.payout' && effect.kind !== 'stripe.transfer'))
    return null;
  const kind = effect.kind === 'stripe.payout' ? 'payout' : 'transfer';
  return deps.provider.retrieve({ kind, account: payee.account, providerId });
}

/** A payment that carries the id of another effect was made for that one. */
function assertTheirs(
  named: PaymentNow | null,
  effectId: string,
  idempotencyKey: PageOutcomes['intents'][number]['idempotencyKey'],
  providerId: string | null,
): void {
  if (named === null || named.effectId === null || named.effectId === effectId) return;
  if (named.idempotencyKey === idempotencyKey) return;
  throw new AppError('failed_precondition', `${providerId ?? 'The payment'} was made for another effect.`);
}

/**
 * What people have found, unless the provider's own answer says otherwise.
 * @throws AppError `failed_precondition` with what the provider found; `unavailable` when its answer leaves it open
 */
export function agreedAnswer(asked: AskedEffect, proposal: UnknownProposal, at: string): Answer {
  const { found, named, effect } = asked;
  const { finding, providerId } = proposal;
  const reference = referenceOf(effect);
  const contradict = (what: string): never => {
    throw new AppError('failed_precondition', `The provider says otherwise: ${what}. Nothing was settled.`, {
      details: { key: effect.key },
    });
  };
  if (found?.status === 'unknown' || found?.status === 'not_done')
    throw new AppError('unavailable', `The provider can't say what became of ${reference}. Try again later.`, {
      retryable: true,
    });
  if (finding === 'not_paid') {
    if (found?.status === 'succeeded') contradict(`${reference} was paid as ${found.providerId}`);
    const returned = found?.status === 'failed' ? found : null;
    return {
      status: 'failed',
      providerId: returned?.returnedId ?? null,
      code: returned?.code ?? 'found_not_paid',
      message: returned?.message ?? 'Two people found that it was not paid',
      settlement: returned === null ? null : settlementOf(returned, at),
    };
  }
  if (found?.status === 'failed') contradict(`${reference} came back (${found.message})`);
  const foundId = found?.status === 'succeeded' ? found.providerId : null;
  if (foundId !== null && providerId !== null && foundId !== providerId)
    contradict(`${reference} was paid as ${foundId}, not as ${providerId}`);
  const money = moneyOf(effect);
  if (foundId === null && providerId !== null && money !== null) {
    if (named === null) return contradict(`it has no payment ${providerId} for this account`);
    if (named.currency !== money.currency || named.amountMinor !== money.amountMinor.toString())
      contradict(
        `${providerId} is ${named.amountMinor === null ? 'of an amount that is no whole minor unit' : formatMoney(toMinor(named.amountMinor), named.currency)}, not ${formatMoney(money.amountMinor, money.currency)}`,
      );
    if (named.state === 'returned') contradict(`${providerId} came back`);
  }
  const state = found?.status === 'succeeded' ? found.settlement : named?.state;
  return {
    status: 'succeeded',
    providerId: foundId ?? providerId,
    code: null,
    message: null,
    settlement: state === undefined ? null : { state, at },
  };
}
