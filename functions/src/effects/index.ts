import type { Effect, EffectKind } from '@countersign/domain/schemas/effect';
import type { EffectKindDefinition, InsideKind, Once, OutsideKind } from './definition.ts';
import { filePublish } from './file-publish.ts';
import { httpCall } from './http-call.ts';
import { ledgerJournal } from './ledger-journal.ts';
import { notify } from './notify.ts';
import { recordWrite } from './record-write.ts';
import { stripePayout } from './stripe-payout.ts';
import { stripeTransfer } from './stripe-transfer.ts';

export type { EffectIds, EffectKindDefinition, Once, OutsidePorts, PredictWorld, Prediction } from './definition.ts';

const kinds: { readonly [K in EffectKind]: EffectKindDefinition<K> } = {
  'stripe.payout': stripePayout,
  'stripe.transfer': stripeTransfer,
  'ledger.journal': ledgerJournal,
  'file.publish': filePublish,
  'record.write': recordWrite,
  notify,
  'http.call': httpCall,
};

/** An effect's own kind: its methods take effects of that kind, which this one is. */
export function kindOf(effect: Effect): EffectKindDefinition {
  return kinds[effect.kind] as unknown as EffectKindDefinition;
}

/** The kind, if it acts on another system. */
export function outsideKindOf(effect: Effect): OutsideKind<EffectKind> | null {
  const kind = kindOf(effect);
  return kind.where === 'outside' ? kind : null;
}

/** The kind, if it acts on the organization's own documents. */
export function insideKindOf(effect: Effect): InsideKind<EffectKind> | null {
  const kind = kindOf(effect);
  return kind.where === 'inside' ? kind : null;
}

/** How this effect is performed once. */
export function onceOf(effect: Effect): Once {
  const kind = kindOf(effect);
  return kind.onceFor?.(effect as never) ?? kind.once;
}

export const effectKinds: Readonly<Record<EffectKind, { readonly once: string; readonly where: string }>> = kinds;
