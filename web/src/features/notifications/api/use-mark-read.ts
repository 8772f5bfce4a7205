import { useState } from 'react';
import { type CommandFailure, useCommand } from '../../../app/command.ts';
import { batches } from './batches.ts';

export interface MarkRead {
  /** Resolves to whether all of them are read now. */
  readonly run: (ids: readonly string[]) => Promise<boolean>;
  readonly pending: boolean;
  readonly failure: CommandFailure | null;
}

/** Mark one's own messages read, in as many calls as their number needs, one after the other. */
export function useMarkRead(): MarkRead {
  const { run: call, failure } = useCommand('markNotificationsRead');
  const [pending, setPending] = useState(false);
  const run = async (ids: readonly string[]): Promise<boolean> => {
    setPending(true);
    try {
      for (const batch of batches(ids)) {
        if ((await call({ ids: batch })) === null) return false;
      }
      return true;
    } finally {
      setPending(false);
    }
  };
  return { run, pending, failure };
}
