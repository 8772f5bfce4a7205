import type { CommandInput, CommandName, CommandResults } from '@countersign/domain/schemas/commands';
import { FirebaseError } from 'firebase/app';
import { useCallback, useRef, useState } from 'react';
import { useWorkplace } from './organization.tsx';
import { useServices } from './services.ts';
import { useSession } from './session.tsx';

/** A refused command, as the server worded it for people. */
export interface CommandFailure {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Command<N extends CommandName> {
  /** Resolves to null when the command was refused; then `failure` says why. */
  readonly run: (input: Omit<CommandInput<N>, 'orgId' | 'idempotencyKey'>) => Promise<CommandResults[N] | null>;
  readonly pending: boolean;
  readonly failure: CommandFailure | null;
  readonly reset: () => void;
}

const TIMEOUT_MS = 30_000;

/** Call a command. Its key lives as long as the intent: a retry with the same input is the same command. */
export function useCommand<N extends CommandName>(name: N): Command<N> {
  const { functions } = useServices();
  const { orgId } = useWorkplace();
  const { expire } = useSession();
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<CommandFailure | null>(null);
  const intent = useRef<{ readonly body: string; readonly key: string } | null>(null);

  const run = useCallback(
    async (input: Omit<CommandInput<N>, 'orgId' | 'idempotencyKey'>) => {
      const body = JSON.stringify(input);
      if (intent.current?.body !== body) intent.current = { body, key: crypto.randomUUID() };
      setPending(true);
      setFailure(null);
      try {
        const [{ httpsCallable }, service] = await Promise.all([import('firebase/functions'), functions()]);
        const call = httpsCallable<unknown, CommandResults[N]>(service, name, { timeout: TIMEOUT_MS });
        const { data } = await call({ ...input, orgId, idempotencyKey: intent.current.key });
        intent.current = null;
        return data;
      } catch (error) {
        const refused = toCommandFailure(error);
        if (refused.code === 'unauthenticated') expire();
        setFailure(refused);
        return null;
      } finally {
        setPending(false);
      }
    },
    [functions, name, orgId, expire],
  );
  const reset = useCallback(() => setFailure(null), []);
  return { run, pending, failure, reset };
}

export function toCommandFailure(error: unknown): CommandFailure {
  if (!(error instanceof FirebaseError)) {
    return { code: 'internal', message: error instanceof Error ? error.message : String(error), details: {} };
  }
  const details =
    'details' in error && typeof error.details === 'object' && error.details !== null
      ? (error.details as Record<string, unknown>)
      : {};
  const code =
    typeof details.code === 'string' ? details.code : error.code.replace(/^functions\//, '').replaceAll('-', '_');
  if (typeof details.message === 'string') return { code, message: details.message, details };
  if (code === 'internal' || code === 'unavailable' || code === 'deadline_exceeded') {
    return {
      code,
      message: 'The server did not answer. Nothing is lost: try again, the same request counts once.',
      details,
    };
  }
  return { code, message: error.message, details };
}
