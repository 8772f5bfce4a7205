import { plural } from '@countersign/domain/plan/sentence';
import { Button, Textarea, TextInput } from '@mantine/core';
import { type ChangeEvent, type ReactNode, Suspense, lazy, useEffect, useRef, useState } from 'react';
import { useWorkplace } from '../../../app/organization.tsx';
import { useSession } from '../../../app/session.tsx';
import { Checkbox } from '../../../components/checkbox.ts';
import { Mark } from '../../../components/state-mark.tsx';
import { recall } from '../api/remembered.ts';
import type { Verified } from '../api/run-verify.ts';
import type { Progress } from '../api/verify/verify-log.ts';
import classes from './verify-box.module.css';

const VerifyResult = lazy(() => import('./verify-result.tsx'));

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly progress: Progress | null }
  | { readonly kind: 'done'; readonly result: Verified }
  | { readonly kind: 'failed'; readonly message: string };

/** More would be no checkpoint. */
const MAX_FILE_BYTES = 100_000;

/** The same check in one's own browser, on request: nothing of it comes from the server but the documents. */
export function VerifyBox(): ReactNode {
  const { orgId } = useWorkplace();
  const { config } = useSession().entry;
  const [state, setState] = useState<State>({ kind: 'idle' });
  const [key, setKey] = useState(() => recall(orgId)?.key ?? '');
  const [notes, setNotes] = useState('');
  const [newKeyIsMeant, setNewKeyIsMeant] = useState(false);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const known = recall(orgId)?.key;

  const start = async (): Promise<void> => {
    const stop = new AbortController();
    running.current = stop;
    setState({ kind: 'running', progress: null });
    try {
      const { runVerify } = await import('../api/run-verify.ts');
      const wish = { orgId, key, notes, newKeyIsMeant };
      const result = await runVerify(config, wish, stop.signal, (progress) => {
        if (!stop.signal.aborted) setState({ kind: 'running', progress });
      });
      setState({ kind: 'done', result });
    } catch (error) {
      if (stop.signal.aborted) return setState({ kind: 'idle' });
      setState({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  };

  const load = (put: (text: string) => void) => (event: ChangeEvent<HTMLInputElement>) => {
    const files = [...(event.currentTarget.files ?? [])].filter(({ size }) => size <= MAX_FILE_BYTES);
    void Promise.all(files.map((file) => file.text())).then((texts) => put(texts.join('\n')));
  };

  return (
    <div className={classes.root}>
      <div className={classes.actions}>
        <Button variant="default" size="xs" loading={state.kind === 'running'} onClick={() => void start()}>
          Verify in this browser
        </Button>
        {state.kind === 'running' && (
          <Button variant="subtle" size="xs" onClick={() => running.current?.abort()}>
            Cancel
          </Button>
        )}
        <span role="status" className="muted tabular">
          {state.kind === 'running' && progressInWords(state.progress)}
        </span>
      </div>
      {state.kind === 'running' && state.progress !== null && (
        <progress
          className={classes.progress}
          aria-label="Progress of the check"
          value={state.progress.done}
          max={state.progress.of}
        />
      )}
      <details>
        <summary>With a public key and checkpoints of your own</summary>
        <div className={classes.own}>
          <p className="muted">
            The database can’t say by itself whether its end was cut off, or whether all of it was rolled back or
            written anew: whoever can do that also writes its checkpoints anew, or leaves the newer ones out. A
            checkpoint that you kept, or that was published elsewhere, and a key from a source of your own find it.
          </p>
          <TextInput
            label="Public key"
            description={
              known == null
                ? 'base64 of 32 bytes, or name+id+key. This browser remembers it, and says when it is another one.'
                : 'This browser remembers it from an earlier check.'
            }
            value={key}
            maxLength={500}
            onChange={(event) => setKey(event.currentTarget.value)}
          />
          <label className={classes.file}>
            Load the key from a file
            <input type="file" onChange={load((text) => setKey(text.trim().slice(0, 500)))} />
          </label>
          {known != null && known !== key.trim() && key.trim() !== '' && (
            <Checkbox
              label="The key was changed on purpose: remember this one from now on"
              checked={newKeyIsMeant}
              onChange={(event) => setNewKeyIsMeant(event.currentTarget.checked)}
            />
          )}
          <Textarea
            label="Checkpoints"
            description="Signed notes, one after the other; the newest ones say the most"
            rows={6}
            value={notes}
            onChange={(event) => setNotes(event.currentTarget.value)}
          />
          <label className={classes.file}>
            Load checkpoints from files
            <input type="file" multiple onChange={load((text) => setNotes(text))} />
          </label>
        </div>
      </details>
      {state.kind === 'failed' && (
        <p role="alert">
          <Mark tone="bad" shape="square" wrap>
            {state.message}
          </Mark>
        </p>
      )}
      {state.kind === 'done' && (
        <Suspense fallback={null}>
          <VerifyResult result={state.result} />
        </Suspense>
      )}
    </div>
  );
}

function progressInWords(progress: Progress | null): string {
  if (progress === null) return 'Reading…';
  const { name, done, of } = progress;
  const noun = name === 'audit' ? 'event' : 'record';
  return `${done.toLocaleString('en')} of ${plural(of, noun)} of the ${name === 'audit' ? 'audit log' : 'ledger'}`;
}
