import { fromMinor } from '@countersign/domain/money/money';
import { PLATFORM_BALANCE } from '@countersign/domain/plan/effect-facts';
import type { Effect, EffectOf } from '@countersign/domain/schemas/effect';
import {
  definePlugin,
  filePublish,
  stripePayout,
  type Context,
  type Plugin,
  type StripeAccount,
} from '../../../plugins/sdk/src/index.ts';
import { STORY_DAY } from './act-period.ts';
import { LATE_ACCOUNT, RECORD_TYPE } from './founding.ts';
import { KEY_HEADER, RECEIVER_HOST } from './sim-receiver.ts';
import type { Ingredient } from './story.ts';

/** Recipes by the text that asks for them: a plan is made from its parameters alone. */
const recipeText = (ingredients: readonly Ingredient[]): string => JSON.stringify(ingredients);
export { recipeText };

/** A plugin that proposes effects of every kind that a plan can have. */
export const mixed = definePlugin({
  name: 'mixed',
  version: '1.0.0',
  title: 'Mixed effects',
  description: 'Proposes effects of every kind.',
  category: 'payments',
  riskLevel: 'high',
  capabilities: [
    'stripe.balances',
    'stripe.payout',
    'stripe.transfer',
    'ledger.post',
    'claims.lookup',
    'files.write',
    'records.write',
    'notify',
    'http.call',
  ],
  parameters: [{ type: 'string', name: 'recipe', label: 'Recipe', help: 'JSON', maxLength: 4000 }],

  async execute(parameters, context) {
    const ingredients = JSON.parse(String(parameters.recipe)) as Ingredient[];
    const accounts = await context.stripe.balances(['acct_Alpha', 'acct_Bravo']);
    const effects: Effect[] = [];
    for (const [at, ingredient] of ingredients.entries()) {
      const needed = ingredient.needs === 0 ? undefined : effects[at - ingredient.needs];
      const account = ingredient.about % 2 === 0 ? 'acct_Alpha' : 'acct_Bravo';
      const effect =
        ingredient.kind === 'file'
          ? await fileOf(ingredient, at, context)
          : effectOf(
              { ...ingredient, kind: ingredient.kind },
              at,
              account,
              accounts.get(account) as StripeAccount,
              context.execution.id,
            );
      effects.push({
        ...effect,
        needs: needed === undefined ? [] : [needed.key],
      });
    }
    const taken = await context.claims.lookup(
      effects.flatMap(({ claim }) => (claim?.kind === 'payout' ? [claim.reference] : [])),
    );
    const unique = withoutRepetitions(effects, new Set(taken.keys()));
    return {
      effects: unique,
      problems: [],
      rowCount: ingredients.length,
      refusedTotals: [],
      message: `${unique.length} effects`,
      metrics: {},
      warnings: [],
    };
  },

  report: async ({ outcomes }) => ({
    success: outcomes.every((outcome) => outcome.status === 'succeeded'),
    message: `${outcomes.length} outcomes`,
    files: [{ name: 'outcomes.txt', contentType: 'text/plain', text: String(outcomes.length) }],
    notifications: [],
  }),
}) as Plugin;

/** A plan spends each reference and writes each record once; what needs a dropped one is dropped with it. */
function withoutRepetitions(effects: readonly Effect[], taken: ReadonlySet<string>): Effect[] {
  const seen = new Set<string>();
  const kept = new Set<string>();
  return effects.filter((effect) => {
    const subject =
      effect.claim !== null
        ? `${effect.claim.kind} ${effect.claim.reference}`
        : effect.kind === 'record.write'
          ? `record ${effect.data.recordId}`
          : effect.key;
    if (seen.has(subject) || !effect.needs.every((key) => kept.has(key))) return false;
    if (effect.claim?.kind === 'payout' && taken.has(effect.claim.reference)) return false;
    seen.add(subject);
    kept.add(effect.key);
    return true;
  });
}

/** What is in a published file, by what made it. */
export function fileText(executionId: string, key: string): string {
  return `what\r\n${executionId}/${key}\r\n`;
}

async function fileOf({ kind }: Ingredient, at: number, context: Context): Promise<Effect> {
  const key = `${at}-${kind}`;
  const draft = await context.drafts.create(`${key}.csv`, 'text/csv');
  await draft.write(fileText(context.execution.id, key));
  return { ...filePublish({ name: `${key}.csv`, contentType: 'text/csv', draft: await draft.close() }), key };
}

function effectOf(
  { kind, about, amount }: Ingredient & { readonly kind: Exclude<Ingredient['kind'], 'file'> },
  at: number,
  account: string,
  snapshot: StripeAccount,
  executionId: string,
): Effect {
  const key = `${at}-${kind}`;
  const [base, amountMinor] = [{ key, line: null, needs: [] as string[] }, fromMinor(BigInt(amount))];
  switch (kind) {
    case 'payout':
    case 'payout_dated': {
      const bank = snapshot.destinations === 'hidden' ? undefined : snapshot.destinations[0];
      const payout = {
        ...stripePayout({
          reference: `M-${about}`,
          line: null,
          account,
          amountMinor: BigInt(amount),
          currency: 'USD',
          destination:
            bank === undefined
              ? { kind: 'hidden' }
              : { kind: 'bank', id: bank.id, bankName: bank.bankName, last4: bank.last4, currency: bank.currency },
          description: 'mixed',
          balanceBeforeMinor: BigInt(snapshot.available.find(({ currency }) => currency === 'USD')?.amountMinor ?? '0'),
        }),
        key,
      };
      return kind === 'payout' ? payout : { ...payout, journal: { ...payout.journal, effectiveDay: STORY_DAY } };
    }
    case 'transfer':
      return {
        ...base,
        kind: 'stripe.transfer',
        data: { account, amountMinor, currency: 'USD', description: 'mixed', reference: `T-${about}` },
        claim: { kind: 'transfer', reference: `T-${about}` },
        journal: {
          memo: `Transfer T-${about}`,
          effectiveDay: null,
          entries: [
            { accountId: `stripe-balance.${account}`, side: 'debit', amountMinor, currency: 'USD' },
            { accountId: PLATFORM_BALANCE, side: 'credit', amountMinor, currency: 'USD' },
          ],
        },
      };
    case 'journal':
    case 'journal_dated':
    case 'journal_later':
      return {
        ...base,
        kind: 'ledger.journal',
        data: { description: key },
        claim: about % 3 === 0 ? { kind: 'journal', reference: `J-${about}` } : null,
        journal: {
          memo: key,
          effectiveDay: kind === 'journal_dated' ? STORY_DAY : null,
          entries: [
            {
              accountId: kind === 'journal_later' ? LATE_ACCOUNT : 'cash',
              side: 'debit',
              amountMinor,
              currency: 'USD',
            },
            { accountId: 'owed', side: 'credit', amountMinor, currency: 'USD' },
          ],
        },
      };
    case 'record':
      return {
        ...base,
        kind: 'record.write',
        data: {
          type: RECORD_TYPE,
          recordId: `r${about % 4}`,
          expectedVersion: about < 8 ? 0 : 1,
          fields: { value: `${executionId}/${key}` },
        },
        claim: null,
        journal: null,
      };
    case 'notify':
      return {
        ...base,
        kind: 'notify',
        data: {
          to: about % 2 === 0 ? { kind: 'role', role: 'approver' } : { kind: 'member', uid: 'amir' },
          title: key,
          body: 'mixed',
        },
        claim: null,
        journal: null,
      };
    case 'call':
    case 'call_keyed':
      return callOf(base, kind === 'call_keyed', `${executionId}/${key}`);
  }
}

function callOf(
  base: Pick<EffectOf<'http.call'>, 'key' | 'line' | 'needs'>,
  keyed: boolean,
  what: string,
): EffectOf<'http.call'> {
  return {
    ...base,
    kind: 'http.call',
    data: {
      method: 'POST',
      url: `https://${RECEIVER_HOST}/hook`,
      headers: {},
      body: { what },
      idempotencyHeader: keyed ? KEY_HEADER : null,
    },
    claim: null,
    journal: null,
  };
}
