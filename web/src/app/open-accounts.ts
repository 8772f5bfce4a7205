import { useState } from 'react';
import { ACCOUNTS_PER_CALL } from '../components/account-ids.ts';
import { type CommandFailure, useCommand } from './command.ts';

export interface OpenedAccounts {
  readonly opened: number;
  readonly existing: number;
  /** Ids that Stripe does not know. */
  readonly missing: readonly string[];
}

export interface OpenAccounts {
  readonly run: (accounts: readonly string[]) => Promise<void>;
  readonly pending: boolean;
  readonly failure: CommandFailure | null;
  /** Sums over the calls that went through, also when a later one failed; null before the first. */
  readonly result: OpenedAccounts | null;
}

/** Open ledger accounts for connected accounts, in as many calls as their number needs, one after the other. */
export function useOpenAccounts(): OpenAccounts {
  const { run: call, failure } = useCommand('openConnectedAccounts');
  const [pending, setPending] = useState(false);
  const [result, setResult] = useState<OpenedAccounts | null>(null);

  const run = async (accounts: readonly string[]): Promise<void> => {
    setPending(true);
    setResult(null);
    let sum: OpenedAccounts = { opened: 0, existing: 0, missing: [] };
    for (let from = 0; from < accounts.length; from += ACCOUNTS_PER_CALL) {
      // What an earlier call has opened counts as existing when the whole is tried again.
      const part = await call({ accounts: accounts.slice(from, from + ACCOUNTS_PER_CALL) });
      if (part === null) break;
      sum = {
        opened: sum.opened + part.opened,
        existing: sum.existing + part.existing,
        missing: [...sum.missing, ...part.missing],
      };
      setResult(sum);
    }
    setPending(false);
  };
  return { run, pending, failure, result };
}
