import { createContext, use } from 'react';

/** What the rows of an account tree share: which stand open, and which of them the Tab key reaches. */
export interface TreeState {
  readonly isOpen: (accountId: string) => boolean;
  readonly toggle: (accountId: string) => void;
  /** Null: each of the topmost. */
  readonly current: string | null;
  readonly setCurrent: (accountId: string) => void;
}

export const TreeContext = createContext<TreeState | null>(null);

/** Null for rows that are no tree. */
export function useTree(): TreeState | null {
  return use(TreeContext);
}
