import type { EffectKind, EffectOf, JournalDraft } from '@countersign/domain/schemas/effect';
import type { Money } from '@countersign/domain/plan/effect-facts';
import type { Organization } from '@countersign/domain/schemas/organization';
import type { ChangeSet } from '../engine/change-set.ts';
import type { Transaction } from '../store/database.ts';
import type { HttpCaller } from './http-caller.ts';
import type { PaymentProvider, Performed } from './payment-provider.ts';

/**
 * How a kind is performed once: the receiver dedupes by key, or can be asked, or it is part of the commit that records
 * it, or none of these (never for money): then it is sent once, and a crash leaves it unknown.
 */
export type Once = 'by_key' | 'by_query' | 'in_commit' | 'at_most_once';

/** What an effect is performed with. */
export interface EffectIds {
  readonly orgId: string;
  readonly executionId: string;
  readonly effectId: string;
  /** `attempt-index` of its page: what a provider tells us later leads back to it. */
  readonly page: string;
  readonly idempotencyKey: string;
}

/** What an effect would do, computed before anybody signs it. */
export interface Prediction {
  readonly money: Money | null;
  readonly journal: JournalDraft | null;
  /** One line for a person. */
  readonly text: string;
  /** Why it can not be done as things are now; the plan is refused with it. */
  readonly problem: string | null;
}

export interface PredictWorld {
  readonly orgId: string;
  readonly executionId: string;
  readonly organization: Organization;
  readonly db: Pick<Transaction, 'get' | 'getAll'>;
  /** Files that the plugin has made while it planned, by storage path: what the host itself has written and hashed. */
  readonly drafts: ReadonlyMap<string, Draft>;
}

export interface Draft {
  readonly generation: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Records below the header, as the host has counted them; null when it is no CSV. */
  readonly rowCount: number | null;
}

interface Common<K extends EffectKind> {
  readonly kind: K;
  readonly once: Once;
  /** Where it depends on the effect. */
  readonly onceFor?: (effect: EffectOf<K>) => Once;
  predict(world: PredictWorld, effect: EffectOf<K>): Promise<Prediction>;
}

export interface OutsidePorts {
  readonly provider: PaymentProvider;
  readonly http: HttpCaller;
  readonly organization: Organization;
}

/** An effect on another system: performed between the page's two commits. */
export interface OutsideKind<K extends EffectKind> extends Common<K> {
  readonly where: 'outside';
  /** Calls at once are bounded for each. */
  readonly connector: 'stripe' | 'http';
  perform(ports: OutsidePorts, effect: EffectOf<K>, ids: EffectIds): Promise<Performed>;
  /** Whether the receiver can be asked what became of it; else `find` answers null, and that says nothing. */
  readonly canBeAsked: boolean;
  /** What became of it, when it may have been performed; null when the receiver has no trace. */
  find(
    ports: OutsidePorts,
    effect: EffectOf<K>,
    known: EffectIds & { readonly since: Date },
  ): Promise<Performed | null>;
}

/** An effect on the organization's own documents: part of the commit of the page's outcomes, so once with it. */
export interface InsideKind<K extends EffectKind> extends Common<K> {
  readonly where: 'inside';
  /** Reads in the transaction; its writes go into the change set. Called anew for each try of the transaction. */
  perform(tx: Transaction, effect: EffectOf<K>, ids: EffectIds, change: ChangeSet, now: string): Promise<Performed>;
}

export type EffectKindDefinition<K extends EffectKind = EffectKind> = OutsideKind<K> | InsideKind<K>;
