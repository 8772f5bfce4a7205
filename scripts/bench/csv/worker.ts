/**
 * A worker's part of one plan, in a process of its own so that its memory can be seen: the file comes as a stream, goes
 * through the plugin in the sandbox, and its drafts leave as streams. Says one JSON line.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Execution } from '@countersign/domain/schemas/execution';
import { sha256Hex } from '@countersign/domain/hash';
import { PlanFiles } from '../../../functions/src/engine/plan-files.ts';
import { ReadRecorder } from '../../../functions/src/engine/read-recorder.ts';
import { LIMITS_OF_WORKLOAD, runPlugin } from '../../../functions/src/sandbox/index.ts';
import { diskObjects } from './disk-objects.ts';
import { RECIPE } from './sales.ts';

const [, , folder = '', sha256 = '', sizeBytes = ''] = process.argv;
const code = readFileSync(join(folder, 'plugin.js'), 'utf8');
const input = {
  parameter: 'file',
  fileId: 'sales',
  name: 'sales.csv',
  revision: 1,
  storagePath: 'in.csv',
  generation: '1',
  sha256,
  sizeBytes: Number(sizeBytes),
};
const objects = diskObjects((path) => join(folder, path.includes('/') ? 'ours.csv' : path));
const startedAtMs = performance.now();
const files = new PlanFiles({ objects }, 'bench', { id: 'bench', inputs: [input] } as unknown as Execution, 1);
const { result, usage } = await runPlugin({
  code,
  codeHash: sha256Hex(code),
  entry: 'execute',
  input: { parameters: { file: 'sales', recipe: RECIPE }, execution: { id: 'bench', title: 'bench' } },
  clock: { now: '2026-01-01T00:00:00.000Z', seed: 'bench' },
  capabilities: ['files.read', 'files.write'],
  handlers: files.handlers,
  limits: LIMITS_OF_WORKLOAD.data,
  onLog: () => undefined,
});
await files.settle(new ReadRecorder(() => new Date()));
await files.close();
const ms = performance.now() - startedAtMs;
const peakKiB = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
const { effects } = result as { effects: { data: unknown }[] };
const data = effects[0]?.data;
process.stdout.write(`${JSON.stringify({ ms, workerMiB: Number(peakKiB) / 1024, usage, data })}\n`);
