import type { UnknownEffect } from '@countersign/domain/schemas/unknown';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { SimWorld } from './sim-world.ts';

/** Those who may say what became of something, unless they have lost their role or asked for the run. */
const PEOPLE = ['bea', 'amir', 'otto'] as const;
/** By then nobody can be sending any more who stood still when the run ended. */
const LONG_AGO_MS = 16 * 60_000;

/**
 * Two people settle what is unknown, as it is in the world. Some lie, where the provider can tell: then nothing may be
 * settled. And one tries to decide alone.
 */
export async function settleByPeople(world: SimWorld, liesPercent: number, key: string): Promise<void> {
  const unknowns = world.observer.all('unknowns') as unknown as UnknownEffect[];
  for (const [at, unknown] of unknowns.entries()) {
    const { finding, providerId, isLie } = findingOf(world, unknown, world.random.below(100) < liesPercent);
    // A payment that was not made yet could still be: it is called not paid when nobody can be sending it.
    const isRecent = world.scheduler.now - Date.parse(unknown.since) < LONG_AGO_MS;
    if (finding === 'not_paid' && isRecent && !isLie) continue;
    await settleOne(world, unknown, { finding, ...(providerId === null ? {} : { providerId }) }, `${key}-${at}`);
  }
}

interface Found {
  readonly finding: 'paid' | 'not_paid';
  readonly providerId: string | null;
  readonly isLie: boolean;
}

function findingOf(world: SimWorld, unknown: UnknownEffect, lies: boolean): Found {
  const { stripe, receiver, observer } = world;
  if (unknown.kind === 'http.call') {
    const execution = observer.all('executions').find(({ id }) => id === unknown.executionId) as unknown as Execution;
    const effect = observer.effects(execution).find(({ key }) => key === unknown.key);
    const wasDone = effect?.kind === 'http.call' && receiver.done.has(JSON.stringify(effect.data.body));
    return { finding: wasDone ? 'paid' : 'not_paid', providerId: null, isLie: false };
  }
  const payment = stripe.payments.find(({ effectId }) => effectId === unknown.effectId);
  const wasPaid = payment !== undefined && payment.state !== 'returned';
  const honest: Found = { finding: wasPaid ? 'paid' : 'not_paid', providerId: null, isLie: false };
  if (!lies || payment === undefined) return honest;
  const another = stripe.payments.find(({ effectId }) => effectId !== unknown.effectId)?.id;
  if (payment.state === 'returned') return { finding: 'paid', providerId: null, isLie: true };
  return another === undefined || world.random.chance(0.6)
    ? { finding: 'not_paid', providerId: null, isLie: true }
    : { finding: 'paid', providerId: another, isLie: true };
}

async function settleOne(
  world: SimWorld,
  { executionId, key: effectKey }: UnknownEffect,
  said: { finding: 'paid' | 'not_paid'; providerId?: string },
  key: string,
): Promise<void> {
  for (const proposer of PEOPLE) {
    const input = { executionId, effectKeys: [effectKey], ...said, reason: 'looked it up' };
    const proposed = await world.ask(proposer, 'proposeUnknownSettlement', input, `propose-${key}-${proposer}`);
    if (proposed === null) continue;
    const { proposalId } = proposed;
    const decide = (uid: string, decision: 'approve' | 'reject') =>
      world.ask(
        uid,
        'decideUnknownSettlement',
        { proposalId, decision, reason: 'so it is' },
        `${decision}-${key}-${uid}`,
      );
    await decide(proposer, 'approve');
    for (const decider of PEOPLE) if (decider !== proposer && (await decide(decider, 'approve')) !== null) return;
    // Nobody could: the next one may propose it.
    await decide(proposer, 'reject');
    return;
  }
}
