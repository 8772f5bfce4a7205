import { paths } from '@countersign/domain/paths';
import type { ProviderEvent } from '@countersign/domain/schemas/provider-event';
import Stripe from 'stripe';
import type { Deps } from '../engine/deps.ts';
import { settlementWorkId, wakeSettlement } from '../engine/settle-later-work.ts';
import { log } from '../log.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { noticeOf, type StripeNotice } from './stripe-notice.ts';

/** Signatures older than this are refused: a request that somebody has recorded can't be sent again for long. */
const TOLERANCE_SECONDS = 300;
const MAX_BODY_BYTES = 1 << 20;

export interface WebhookAnswer {
  readonly status: 200 | 400 | 413;
  readonly body: 'received' | 'ignored' | 'duplicate' | 'refused';
}

type ReceiverDeps = Pick<Deps, 'db' | 'now' | 'wake'>;

/**
 * Take an event of Stripe's: verify its signature, store it once, and have its settlement look at it. Nothing of an
 * outcome changes here; an event only says that there is news.
 * @param secrets the endpoints' signing secrets, divided by commas or spaces: connected accounts and the platform's own
 *   have an endpoint each, and while a secret is rolled there are two of one
 * @throws AppError when the store is away: Stripe sends the event again
 */
export async function receiveStripeEvent(
  deps: ReceiverDeps,
  secrets: string,
  rawBody: Buffer,
  signature: string | undefined,
): Promise<WebhookAnswer> {
  if (rawBody.length > MAX_BODY_BYTES) return { status: 413, body: 'refused' };
  const event = verified(secrets, rawBody, signature, deps.now());
  if (event === null) return { status: 400, body: 'refused' };
  const notice = noticeOf(event);
  if (notice === null) return { status: 200, body: 'ignored' };
  const reason = await strangeness(deps, notice);
  if (reason !== null) {
    log.webhookIgnored({ type: notice.type, eventId: notice.eventId, reason });
    return { status: 200, body: 'ignored' };
  }
  const stored = await store(deps, notice);
  if (stored) await deps.wake(notice.orgId, settlementWorkId(notice.executionId));
  return { status: 200, body: stored ? 'received' : 'duplicate' };
}

function verified(secrets: string, body: Buffer, signature: string | undefined, now: Date): unknown {
  for (const secret of secrets.split(/[\s,]+/).filter((text) => text !== '')) {
    try {
      const receivedAtMs = now.getTime();
      return Stripe.webhooks.constructEvent(body, signature ?? '', secret, TOLERANCE_SECONDS, undefined, receivedAtMs);
    } catch (error) {
      if (error instanceof Stripe.errors.StripeSignatureVerificationError) continue;
      // Signed, and no JSON: not from Stripe as we know it.
      log.webhookRefused({ reason: error instanceof Error ? error.name : 'unreadable' });
      return null;
    }
  }
  log.webhookRefused({ reason: 'signature' });
  return null;
}

/** Why an event concerns no effect of ours, or null when it does. What it is about lies there before anything is paid. */
async function strangeness({ db }: ReceiverDeps, notice: StripeNotice): Promise<string | null> {
  const { orgId, executionId, page, effectId } = notice;
  const [attempt = 0, index = 0] = page.split('-').map(Number);
  const organization = await read(db, refs.organization(orgId));
  if (organization === null) return 'no such organization';
  if ((organization.provider.mode === 'live') !== notice.livemode) return 'the other mode';
  const outcomes = await read(db, refs.outcome(orgId, executionId, attempt, index));
  const intent = outcomes?.intents.find((one) => one.effectId === effectId);
  if (intent === undefined) return 'no such effect';
  return intent.idempotencyKey === notice.idempotencyKey ? null : 'sent under another key';
}

/** @returns false when the event was stored before */
async function store({ db, now }: ReceiverDeps, notice: StripeNotice): Promise<boolean> {
  const { eventId, orgId, executionId, type, kind, account, providerId, page, effectId } = notice;
  return db.transaction(async (tx) => {
    const path = paths.providerEvent(orgId, eventId);
    const [known, wakeUp] = [await tx.get(path), await wakeSettlement(tx, orgId, executionId, now())];
    if (known !== null) return false;
    const event: ProviderEvent = {
      id: eventId,
      type,
      kind,
      account,
      providerId,
      executionId,
      page,
      effectId,
      state: 'waiting',
      reason: null,
      receivedAt: now().toISOString(),
      doneAt: null,
    };
    tx.write({ op: 'create', path, data: event }, ...wakeUp);
    return true;
  });
}
