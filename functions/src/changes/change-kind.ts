import type { Change, ChangeKind, ChangeOf } from '@countersign/domain/schemas/proposal';
import type { Role } from '@countersign/domain/schemas/common';
import type { ChangeSet } from '../engine/change-set.ts';
import type { Deps } from '../engine/deps.ts';
import type { Transaction } from '../store/database.ts';

/** What a change would replace, as it is now. */
export interface Base {
  /** Null when there is nothing yet. */
  readonly version: number | null;
  /** A JSON value, for the comparison that the decider sees. */
  readonly shown: unknown;
  /** One sentence that says what would change. */
  readonly title: string;
}

export type Reader = Pick<Transaction, 'get' | 'getAll' | 'query'>;

export interface Applying<K extends ChangeKind> {
  readonly deps: Deps;
  readonly tx: Transaction;
  readonly orgId: string;
  readonly change: ChangeOf<K>;
  readonly set: ChangeSet;
  readonly proposedBy: string;
  readonly decidedBy: string;
  /** Nobody else was asked: see `onePerson`. */
  readonly alone: boolean;
  readonly now: string;
}

/** One kind of change that takes two people: who may propose it, who may decide it, and what it does. */
export interface ChangeDefinition<K extends ChangeKind = ChangeKind> {
  readonly kind: K;
  readonly proposers: readonly Role[];
  readonly deciders: readonly Role[];
  /** Reads what would be replaced. @throws AppError when the change makes no sense */
  readonly base: (tx: Reader, orgId: string, change: ChangeOf<K>, now: string) => Promise<Base>;
  /** A change that only takes power away needs no second person. */
  readonly onePerson?: (base: Base, change: ChangeOf<K>, now: string) => boolean;
  /** Members who have a part in it, beside its proposer: neither they nor who stands in for them decides it. */
  readonly involved?: (
    tx: Reader,
    orgId: string,
    change: ChangeOf<K>,
  ) => Promise<readonly { readonly uid: string; readonly because: string }[]>;
  /** What it would have meant in the past, in sentences. */
  readonly impact?: (deps: Deps, orgId: string, change: ChangeOf<K>) => Promise<string[]>;
  /** Reads and writes of the deciding commit. */
  readonly apply: (context: Applying<K>) => Promise<void>;
  /** What must hold outside the database, looked at just before the commit that records the approval. */
  readonly before?: (deps: Deps, change: ChangeOf<K>) => Promise<void>;
  /**
   * What can be tidied outside the database once the decision is committed. May be lost in a crash: the tick must do it
   * then. `shown`: what the change replaced, or would have.
   */
  readonly afterwards?: (
    deps: Deps,
    change: ChangeOf<K>,
    state: 'applied' | 'rejected' | 'withdrawn',
    shown: unknown,
  ) => Promise<void>;
}

export type AnyChange = Change;
