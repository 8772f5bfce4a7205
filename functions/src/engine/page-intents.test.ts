import { derivedId } from '@countersign/domain/hash';
import { effectId, providerKey } from '@countersign/domain/plan/effect-checks';
import { exampleEffect } from '@countersign/domain/plan/example-effect';
import type { Effect, Outcome, PlanPage } from '@countersign/domain/schemas/effect';
import { describe, expect, test } from 'vitest';
import type { ApplyContext } from './apply-page.ts';
import { intentsCommitId, intentsOf } from './page-intents.ts';

const NOW = '2026-11-22T10:00:00.000Z';
const payout = exampleEffect();
const id = effectId('x-1', payout.key);

function intended(effect: Effect, fields: Partial<ApplyContext> = {}) {
  const context = {
    deps: { now: () => new Date(NOW) },
    lease: { orgId: 'acme' },
    execution: { id: 'x-1' },
    attempts: new Map(),
    results: new Map(),
    ...fields,
  } as unknown as ApplyContext;
  return intentsOf(context, { attempt: 2, index: 3, effects: [effect] } as unknown as PlanPage);
}
const intentOf = (...of: Parameters<typeof intended>) => intended(...of).intents[0];

test('a page is intended before anything is done', () => {
  expect(intended(payout)).toEqual({
    attempt: 2,
    index: 3,
    state: 'intended',
    intents: [
      {
        effectId: id,
        idempotencyKey: providerKey('acme', 'payout', 'R-1', 1),
        journalId: derivedId('journal', id),
        skip: false,
      },
    ],
    outcomes: [],
    intendedAt: NOW,
    settledAt: null,
  });
});

test('the key follows from claim and attempt, and without a claim from the effect alone', () => {
  const attempts = new Map([
    [id, 3],
    ['other', 9],
  ]);
  expect(intentOf(payout, { attempts })?.idempotencyKey).toBe(providerKey('acme', 'payout', 'R-1', 3));
  const unclaimed = { ...payout, claim: null, journal: null } as unknown as Effect;
  expect(intentOf(unclaimed, { attempts })).toMatchObject({
    idempotencyKey: providerKey('acme', 'effect', id, 1),
    journalId: null,
  });
});

describe('what needs others', () => {
  const needing = { ...payout, needs: ['a', 'b'] };
  const results = (a: Outcome['status'], b: Outcome['status']) =>
    new Map([
      ['a', { status: a, providerId: null }],
      ['b', { status: b, providerId: null }],
    ]);
  test('is done when all of them succeeded', () => {
    expect(intentOf(needing, { results: results('succeeded', 'succeeded') })?.skip).toBe(false);
  });

  test.each(['failed', 'unknown', 'not_done'] as const)('is skipped, with its journal, when one is %s', (status) => {
    const skipped = { skip: true, journalId: null, effectId: id };
    expect(intentOf(needing, { results: results('succeeded', status) })).toMatchObject(skipped);
    expect(intentOf(needing, { results: results(status, 'succeeded') })).toMatchObject(skipped);
  });

  test('is skipped when nobody knows of one', () => {
    expect(intentOf(needing)?.skip).toBe(true);
  });
});

test('the commit of its intents is known by run, plan and page', () => {
  const of = (executionId: string, attempt: number, index: number): string =>
    intentsCommitId({ execution: { id: executionId }, plan: { attempt } } as unknown as ApplyContext, index);
  expect(of('x', 2, 3)).toBe('intend-x-2-3');
  expect(new Set([of('x', 2, 3), of('y', 2, 3), of('x', 1, 3), of('x', 2, 4)]).size).toBe(4);
});
