import { AppError } from '@countersign/domain/errors';
import { providerKey } from '@countersign/domain/plan/effect-checks';
import { withProviderIds } from '@countersign/domain/plan/needs';
import type { Effect, Outcome, PageOutcomes, PlanPage } from '@countersign/domain/schemas/effect';
import { config } from '../config.ts';
import { onceOf, outsideKindOf, type EffectIds, type OutsidePorts } from '../effects/index.ts';
import type { OutsideKind } from '../effects/definition.ts';
import type { Performed } from '../effects/payment-provider.ts';
import type { ApplyContext } from './apply-page.ts';
import type { Intent } from './page-intents.ts';
import { MAY_BE_SENT } from './outcomes.ts';
import { withRetries } from './retry-policy.ts';

/** `first`: nothing of it was sent before; `again`: it may have been, with the same keys; `ask_only`: no more is sent. */
export type Mode = 'first' | 'again' | 'ask_only';

/**
 * Perform what a page does on other systems. An effect on the organization's own documents has null here: it is
 * performed in the commit of the outcomes.
 * @param refused why the ledger did not accept a journal, by its id
 */
export async function performOutside(
  context: ApplyContext,
  page: PlanPage,
  intended: PageOutcomes,
  refused: ReadonlyMap<string, string>,
  mode: Mode,
): Promise<(Outcome | null)[]> {
  return Promise.all(
    page.effects.map(async (effect, at): Promise<Outcome | null> => {
      const intent = intended.intents[at];
      if (intent === undefined) throw new AppError('internal', 'An effect has no intent');
      const refusal = intent.journalId === null ? undefined : refused.get(intent.journalId);
      const performed = await performOne(context, page, effect, intent, intended.intendedAt, mode, refusal);
      return performed === null
        ? null
        : outcomeOf(effect, intent, performed, context.deps.now().toISOString(), refusal === undefined);
    }),
  );
}

/** @param accepted whether its journal stands as pending */
export function outcomeOf(
  effect: Effect,
  intent: Intent,
  performed: Performed,
  at: string,
  accepted: boolean,
): Outcome {
  const succeeded = performed.status === 'succeeded';
  return {
    effectId: intent.effectId,
    key: effect.key,
    line: effect.line,
    status: performed.status,
    providerId: succeeded ? performed.providerId : (performed.returnedId ?? null),
    code: succeeded ? null : performed.code,
    message: succeeded ? null : performed.message,
    journalId: accepted ? intent.journalId : null,
    settlement: settlementOf(performed, at),
    at,
  };
}

/** Where the money of a payment is; null for what moves none, or moved it at once. */
export function settlementOf(performed: Performed, at: string): Outcome['settlement'] {
  if (performed.status !== 'succeeded') return performed.returnedId === undefined ? null : { state: 'returned', at };
  return performed.settlement === undefined ? null : { state: performed.settlement, at };
}

const skipped: Performed = {
  status: 'not_done',
  code: 'need_failed',
  message: 'Not done: an effect that it needs did not succeed',
  retryable: false,
};

const elsewhere: Performed = {
  status: 'unknown',
  code: 'provider_changed',
  message: 'It may have been paid before the account at the provider changed, and the present one can not know',
  retryable: false,
};

async function performOne(
  context: ApplyContext,
  page: PlanPage,
  effect: Effect,
  intent: Intent,
  intendedAt: string,
  mode: Mode,
  refusal: string | undefined,
): Promise<Performed | null> {
  if (intent.skip) return skipped;
  const refused: Performed | null =
    refusal === undefined ? null : { status: 'failed', code: 'ledger_refused', message: refusal, retryable: false };
  const kind = outsideKindOf(effect);
  if (kind === null) return refused;
  if (kind.connector === 'stripe' && !context.mayAskProvider) return refused ?? elsewhere;
  const call: OutsideCall = {
    context,
    kind,
    effect: withIds(context, effect),
    ids: idsOf(context, page, intent),
    since: new Date(intendedAt),
    mode,
  };
  // Before anything else may call it failed: what was paid already is neither short of money nor refused.
  const since = askFirstSince(call);
  const found = since === null ? null : await context.limit(kind.connector, () => findEarlier(call, since));
  if (found !== null) return found;
  if (refused !== null) return refused;
  const short = mode === 'first' ? await context.balances.refusalOf(effect) : null;
  if (short !== null) return short;
  let performed: Performed | null = null;
  try {
    performed = await context.limit(kind.connector, () => callOutside(call));
    return performed;
  } finally {
    if (mode === 'first') context.balances.answered(effect, performed);
  }
}

/** The ids that the provider gave to the effects that this one needs, where its data asks for them. */
export function withIds({ results }: ApplyContext, effect: Effect): Effect {
  if (effect.needs.length === 0) return effect;
  return { ...effect, data: withProviderIds(effect.data, (key) => results.get(key)?.providerId ?? null) } as Effect;
}

export function idsOf(
  { lease, execution }: { readonly lease: { readonly orgId: string }; readonly execution: { readonly id: string } },
  page: Pick<PlanPage, 'attempt' | 'index'>,
  intent: Pick<Intent, 'effectId' | 'idempotencyKey'>,
): EffectIds {
  return {
    orgId: lease.orgId,
    executionId: execution.id,
    effectId: intent.effectId,
    page: `${page.attempt}-${page.index}`,
    idempotencyKey: intent.idempotencyKey,
  };
}

/** Failures of one reference in the time that a restore has lost; more than these are not thought of. */
const FORGOTTEN_ATTEMPTS = 3;

interface OutsideCall {
  readonly context: ApplyContext;
  readonly kind: OutsideKind<Effect['kind']>;
  readonly effect: Effect;
  readonly ids: EffectIds;
  readonly since: Date;
  readonly mode: Mode;
}

/** From when on the provider is asked about a payment before it is sent; null when the key is enough. */
function askFirstSince({ context, effect, ids, since: intendedAt, mode }: OutsideCall): Date | null {
  if (mode !== 'first' && onceOf(effect) === 'at_most_once') return null;
  const { restored } = context.organization;
  // What was paid in the time that a restored database has lost can only be found at the provider.
  if (restored !== null) return new Date(Math.min(Date.parse(restored.lostSince), intendedAt.getTime()));
  const doubtful = context.askSince.get(ids.effectId);
  if (doubtful !== undefined) return new Date(doubtful);
  // Also what is sent for the first time: after a roll-back that nobody has told of, it is not the first, and by now
  // the provider may have forgotten the key.
  const approvedAt = new Date(context.execution.approvedAt ?? context.execution.requestedAt);
  if (context.deps.now().getTime() - approvedAt.getTime() > config.askFirstAfterMs)
    return approvedAt < intendedAt ? approvedAt : intendedAt;
  return mode === 'ask_only' ? intendedAt : null;
}

/** The provider was asked first, where it must be, and has found nothing. */
async function callOutside(call: OutsideCall): Promise<Performed> {
  const { effect, mode } = call;
  const atMostOnce = onceOf(effect) === 'at_most_once';
  // Found by nobody is not done only where somebody can be asked; a key that is not sent again proves nothing either.
  if (mode !== 'first' && (atMostOnce || (mode === 'ask_only' && !call.kind.canBeAsked)))
    return {
      status: 'unknown',
      code: 'worker_lost',
      message: 'The worker was lost while this was sent, and the receiver can not be asked',
      retryable: false,
    };
  if (mode === 'ask_only')
    return {
      status: 'unknown',
      code: MAY_BE_SENT,
      message: 'The run stopped, and the worker that was lost may still send this: it is asked about for a while',
      retryable: false,
    };
  const performed = await send(call);
  if (performed.status === 'succeeded' || performed.status === 'unknown') return performed;
  if (mode === 'first') return { ...performed, status: 'failed' };
  // The worker before this one may have paid: a refusal now proves nothing about then, so the provider is asked.
  const found = await find(call, call.since).catch(() => 'no answer' as const);
  if (found === 'no answer') return { ...performed, status: 'unknown' };
  if (found !== null) return found;
  const isProven = performed.status === 'failed' && call.kind.canBeAsked;
  return { ...performed, status: isProven ? 'failed' : 'unknown', message: performed.message };
}

function portsOf({ deps, organization }: ApplyContext): OutsidePorts {
  return { provider: deps.provider, http: deps.http, organization };
}

/**
 * Found before anything is sent. A restored database may have forgotten attempts as well: the next ones are asked for
 * too, and one that was paid goes before one that came back.
 */
async function findEarlier(call: OutsideCall, since: Date): Promise<Performed | null> {
  const { context, effect, ids } = call;
  if (context.organization.restored === null || effect.claim === null) return find(call, since);
  const { kind, reference } = effect.claim;
  const attempt = context.attempts.get(ids.effectId) ?? 1;
  let other: Performed | null = null;
  for (let next = attempt; next <= attempt + FORGOTTEN_ATTEMPTS; next += 1) {
    const idempotencyKey = providerKey(ids.orgId, kind, reference, next);
    const found = await find({ ...call, ids: { ...ids, idempotencyKey } }, since);
    if (found?.status === 'succeeded') return found;
    other ??= found;
  }
  return other;
}

async function find({ context, kind, effect, ids }: OutsideCall, since: Date): Promise<Performed | null> {
  return kind.find(portsOf(context), effect, { ...ids, since });
}

/** Send until there is an answer, or the patience for a throttling provider ends: then it is not done. */
async function send({ context, kind, effect, ids }: OutsideCall): Promise<Performed> {
  let last: Performed | null = null;
  try {
    return await withRetries(async () => {
      last = await kind.perform(portsOf(context), effect, ids);
      // A throttled call has not been done: it may be made again with the same key.
      if (last.status === 'not_done' && last.retryable)
        throw new AppError('unavailable', last.message, { retryable: true });
      return last;
    });
  } catch (error) {
    if (last !== null) return last;
    throw error;
  }
}
