/**
 * `npm run bench -- csv`: a million rows from a stream through csv-transform in the sandbox to a stream, beside the same
 * work with PapaParse in bare Node, turn by turn on the same file. Both write the same bytes, which is checked. What the
 * platform does besides (hashes, control totals, the way between processes) is in our time.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { closeSandbox } from '../../functions/src/sandbox/index.ts';
import { buildPlugin } from '../build/plugins.ts';
import { ROOT } from '../build/root.ts';
import { writeSales } from './csv/sales.ts';
import { figure, type Figure } from './figure.ts';

const ROWS = 1_000_000;
const SEED = 20_260_101;
const ROUNDS = 5;
const LIMIT_MS = 600_000;

const runFile = promisify(execFile);

interface Ours {
  readonly ms: number;
  readonly workerMiB: number;
  readonly usage: { readonly rssMiB: number; readonly cpuMs: number };
  readonly data: { readonly sha256: string; readonly rowCount: number };
}
interface Peer {
  readonly ms: number;
  readonly peakMiB: number;
  readonly rows: number;
  readonly sha256: string;
}

export async function run(say: (line: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-csv-'));
  try {
    const truth = await writeSales(join(folder, 'in.csv'), SEED, ROWS);
    const { code } = await buildPlugin(join(ROOT, 'plugins', 'csv-transform'));
    await closeSandbox();
    await writeFile(join(folder, 'plugin.js'), code);
    const sha256 = await hashOf(join(folder, 'in.csv'));
    say(`${ROWS.toLocaleString('en-US')} rows, ${(truth.sizeBytes / 1e6).toFixed(0)} MB`);
    const ours: Ours[] = [];
    const peers: Peer[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const mine = await turn<Ours>('worker.ts', [folder, sha256, String(truth.sizeBytes)]);
      const peer = await turn<Peer>('peer.ts', [folder]);
      if (mine.data.rowCount !== truth.paidRows || peer.rows !== truth.paidRows)
        throw new Error(`${mine.data.rowCount} and ${peer.rows} rows of ${truth.paidRows}`);
      if (mine.data.sha256 !== peer.sha256) throw new Error('The two have not written the same bytes');
      ours.push(mine);
      peers.push(peer);
      say(`round ${round + 1}: ${seconds(mine.ms)} s in the sandbox, ${seconds(peer.ms)} s with PapaParse`);
    }
    const speed = (all: readonly { readonly ms: number }[]): number => ROWS / (median(all.map(({ ms }) => ms)) / 1000);
    const most = (all: readonly number[]): number => Math.max(...all);
    const worker = most(ours.map((one) => one.workerMiB));
    const child = most(ours.map((one) => one.usage.rssMiB));
    return [
      figure('sandbox csv, a million rows parsed, transformed, serialized', speed(ours), speed(peers), 'rows/s'),
      figure('sandbox csv, processor time in the child', median(ours.map((one) => one.usage.cpuMs)) / 1000, null, 's'),
      figure('sandbox csv, peak memory of the worker', worker, most(peers.map((one) => one.peakMiB)), 'MiB'),
      figure('sandbox csv, peak memory of the child with its isolate', child, null, 'MiB'),
      figure('sandbox csv, peak memory of both (limit 512)', worker + child, null, 'MiB'),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function turn<T>(program: string, args: readonly string[]): Promise<T> {
  const file = join(import.meta.dirname, 'csv', program);
  const { stdout } = await runFile(process.execPath, ['--no-warnings', file, ...args], { timeout: LIMIT_MS });
  return JSON.parse(stdout) as T;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const seconds = (ms: number): string => (ms / 1000).toFixed(2);
const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
