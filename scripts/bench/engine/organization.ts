import { memorySecrets } from '../../../functions/src/engine/testing/memory-secrets.ts';
import type { Effect } from '@countersign/domain/schemas/effect';
import type { Execution } from '@countersign/domain/schemas/execution';
import { definePlugin } from '@countersign/plugin-sdk';
import type { Firestore } from 'firebase-admin/firestore';
import { randomBytes } from 'node:crypto';
import { approveExecution } from '../../../functions/src/commands/approve-execution.ts';
import { requestExecution } from '../../../functions/src/commands/request-execution.ts';
import { runCommand } from '../../../functions/src/commands/run-command.ts';
import type { Deps } from '../../../functions/src/engine/deps.ts';
import { inProcess } from '../../../functions/src/engine/testing/in-process-plugin.ts';
import { memoryObjects } from '../../../functions/src/engine/testing/memory-objects.ts';
import { ScriptedProvider } from '../../../functions/src/engine/testing/scripted-provider.ts';
import { silenceLog } from '../../../functions/src/engine/testing/settings.ts';
import { runWork } from '../../../functions/src/engine/worker.ts';
import { useNativeHash } from '../../../functions/src/native-hash.ts';
import { refs } from '../../../functions/src/refs.ts';
import { read } from '../../../functions/src/store/database.ts';
import { firestoreDatabase } from '../../../functions/src/store/firestore-database.ts';
import { checkpointPublisher, checkpointSigner } from '../../../functions/src/streams/from-environment.ts';
import { foundOrganization } from '../../organization/found.ts';

const ORG = 'bench';
const [OPERATOR, APPROVER] = ['operator', 'approver'];

export interface BenchOrganization {
  /** A member who can be told something. */
  readonly recipient: string;
  /** Plan these effects, sign them, and apply them. @returns milliseconds from the signature to `completed` */
  apply(effects: readonly Effect[]): Promise<number>;
}

/**
 * An organization on the local Firestore, and the engine in this process, as a worker has it: real store, streams and
 * commands. Planning is not measured, so its plugin runs without the sandbox; a wake-up is a call and not a task, as a
 * peer's workflow begins in its own process too.
 */
export async function benchOrganization(firestore: Firestore): Promise<BenchOrganization> {
  useNativeHash();
  silenceLog();
  let effects: readonly Effect[] = [];
  let working: Promise<void> = Promise.resolve();
  const db = firestoreDatabase(firestore);
  const now = (): Date => new Date();
  const deps: Deps = {
    db,
    objects: memoryObjects(),
    streams: { db, now, signer: checkpointSigner(), publisher: checkpointPublisher() },
    ...inProcess(lightSteps(() => effects)),
    provider: new ScriptedProvider(),
    secrets: memorySecrets(),
    http: async () => ({ status: 'failed', code: 'http_404', message: 'Nobody is there', retryable: false }),
    now,
    newId: () => randomBytes(16).toString('hex'),
    // As a task does, it starts the worker while the command still drains its streams.
    wake: async (orgId, workId) => {
      working = runWork(deps, orgId, workId);
      working.catch(() => undefined);
    },
  };
  await foundOrganization(deps, {
    id: ORG,
    name: 'Bench',
    baseCurrency: 'USD',
    timeZone: 'UTC',
    members: [
      { uid: OPERATOR, name: 'Operator', email: 'operator@bench.example', roles: ['operator'] },
      { uid: APPROVER, name: 'Approver', email: 'approver@bench.example', roles: ['approver'] },
    ],
  });
  return {
    recipient: APPROVER,
    async apply(asked) {
      effects = asked;
      const request = { orgId: ORG, idempotencyKey: deps.newId(), operationId: 'light-steps', parameters: {} };
      const { executionId } = await runCommand(deps, requestExecution, { uid: OPERATOR }, request);
      await working;
      const planned = await executionOf(deps, executionId);
      if (planned.plan === null || planned.state !== 'awaiting_approval')
        throw new Error(`not planned: ${planned.error?.message}`);
      const completed = untilCompleted(firestore, executionId);
      const started = performance.now();
      const approval = { orgId: ORG, idempotencyKey: deps.newId(), executionId, digest: planned.plan.digest };
      await runCommand(deps, approveExecution, { uid: APPROVER }, approval);
      // A worker that fails leaves nothing to wait for.
      await Promise.race([completed, working.then(() => completed)]);
      const ms = performance.now() - started;
      // The report is not part of the steps, and must not run into the next round.
      await working;
      return ms;
    },
  };
}

function lightSteps(effects: () => readonly Effect[]) {
  return definePlugin({
    name: 'light-steps',
    version: '1.0.0',
    title: 'Light steps',
    description: 'Effects that do nearly nothing.',
    category: 'data',
    riskLevel: 'low',
    capabilities: ['notify'],
    parameters: [],
    execute: async () => ({
      effects: [...effects()],
      problems: [],
      rowCount: effects().length,
      refusedTotals: [],
      message: '',
      metrics: {},
      warnings: [],
    }),
    report: async () => ({ success: true, message: 'Done', files: [], notifications: [] }),
  });
}

async function executionOf(deps: Deps, id: string): Promise<Execution> {
  const execution = await read(deps.db, refs.execution(ORG, id));
  if (execution === null) throw new Error('the request left no execution');
  return execution;
}

/** When a client sees it: a listener, as the web app has. */
function untilCompleted(firestore: Firestore, id: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = firestore.doc(refs.execution(ORG, id).path).onSnapshot((snapshot) => {
      const state = snapshot.get('state') as string | undefined;
      if (state === 'awaiting_approval' || state === 'approved' || state === 'applying') return;
      stop();
      if (state === 'completed') resolve();
      else reject(new Error(`the execution ended as ${state}`));
    }, reject);
  });
}
