/**
 * `npm run bench -- sandbox`: plugin code beside the same code in bare Node, turn by turn in the same run, and how long
 * a run takes to begin in a child that was started ahead, beside one that was not; then `csv.ts`.
 */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256Hex } from '@countersign/domain/hash';
import { closeSandbox, runPlugin, warmedUp, warmSandbox } from '../../functions/src/sandbox/index.ts';
import { run as runCsv } from './csv.ts';
import { figure, type Figure } from './figure.ts';
import { KERNELS } from './sandbox/kernels.ts';

/** Until the compiler has settled; not measured. */
const WARM_UP_ROUNDS = 4;
const ROUNDS = 15;
const WARM_STARTS = 120;
const COLD_STARTS = 30;
/** Between two starts, so that what ended is gone. */
const PAUSE_MS = 100;

type Say = (line: string) => void;
type RunKernel = (kernel: string) => Promise<{ readonly ms: number; readonly checksum: string }>;

export async function run(say: Say): Promise<Figure[]> {
  const speed = await compareSpeed(say);
  const start = await compareStart(say);
  await closeSandbox();
  return [...speed, ...start, ...(await runCsv(say))];
}

async function compareSpeed(say: Say): Promise<Figure[]> {
  const bare = startBareNode();
  const sandbox = startInSandbox();
  const figures: Figure[] = [];
  for (const kernel of Object.keys(KERNELS)) {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
      const [mine, bareNode] = [await sandbox.run(kernel), await bare.run(kernel)];
      if (mine.checksum !== bareNode.checksum)
        throw new Error(`${kernel}: ${mine.checksum} in the sandbox, ${bareNode.checksum} in bare Node`);
      if (round < 0) continue;
      ours.push(mine.ms);
      theirs.push(bareNode.ms);
    }
    figures.push(figure(`sandbox ${kernel}, processor-bound`, percentile(ours, 50), percentile(theirs, 50), 'ms'));
    say(
      `${kernel}: ${percentile(ours, 50).toFixed(0)} ms in the sandbox, ${percentile(theirs, 50).toFixed(0)} ms bare`,
    );
  }
  await sandbox.end();
  bare.end();
  return figures;
}

/** One run of a plugin that asks for the next kernel and says when it has run it. The parent's clock: it has none. */
function startInSandbox(): { readonly run: RunKernel; readonly end: () => Promise<void> } {
  let wanted = Promise.withResolvers<string | null>();
  let done = Promise.withResolvers<string>();
  let startedAtMs = 0;
  const sources = Object.entries(KERNELS).map(([name, source]) => `${JSON.stringify(name)}: ${source}`);
  const code = `const kernels = {${sources.join(',\n')}};
    countersign.register(async () => {
      for (let checksum = null; ; ) {
        const { kernel } = await countersign.call('files.read', { checksum });
        if (kernel === null) return;
        checksum = kernels[kernel]();
      }
    });`;
  const ended = runPlugin({
    code,
    codeHash: sha256Hex(code),
    entry: 'execute',
    input: null,
    clock: { now: '2026-01-01T00:00:00.000Z', seed: 'bench' },
    capabilities: ['files.read'],
    handlers: {
      'files.read': async (args) => {
        const { checksum } = args as { checksum: string | null };
        if (checksum !== null) done.resolve(checksum);
        const kernel = await wanted.promise;
        wanted = Promise.withResolvers();
        startedAtMs = performance.now();
        return { kernel };
      },
    },
    onLog: () => undefined,
    limits: { cpuMs: 600_000, wallMs: 600_000 },
  });
  // A run that fails must fail the bench, not leave it waiting.
  ended.catch((error: unknown) => done.reject(error));
  return {
    run: async (kernel) => {
      done = Promise.withResolvers();
      wanted.resolve(kernel);
      const checksum = await done.promise;
      return { ms: performance.now() - startedAtMs, checksum };
    },
    end: async () => {
      wanted.resolve(null);
      await ended;
    },
  };
}

/** Node as anybody starts it, on the same text; it takes its own time, so that the way between processes is not in it. */
function startBareNode(): { readonly run: RunKernel; readonly end: () => void } {
  const child = fork(join(import.meta.dirname, 'sandbox', 'bare-node.ts'), { execArgv: ['--no-warnings'] });
  let answered = Promise.withResolvers<{ ms: number; checksum: string }>();
  child.on('message', (answer) => answered.resolve(answer as { ms: number; checksum: string }));
  child.on('exit', () => answered.reject(new Error('Bare Node ended')));
  return {
    end: () => void child.kill(),
    run: (kernel) => {
      answered = Promise.withResolvers();
      child.send(kernel);
      return answered.promise;
    },
  };
}

async function compareStart(say: Say): Promise<Figure[]> {
  const warm: number[] = [];
  const cold: number[] = [];
  for (let index = 0; index < WARM_STARTS; index += 1) {
    warmSandbox();
    await warmedUp();
    await sleep(PAUSE_MS);
    warm.push(await startOnce());
    if (index % (WARM_STARTS / COLD_STARTS) === 0) cold.push(await startOnce());
  }
  const show = (all: number[]): string =>
    [50, 90, 99].map((rank) => `p${rank} ${percentile(all, rank).toFixed(1)} ms`).join(', ');
  say(`started ahead: ${show(warm)}; not: ${show(cold)}`);
  return [figure('sandbox start from a child started ahead, p99', percentile(warm, 99), percentile(cold, 99), 'ms')];
}

/** From the call of `runPlugin` until the first line of the plugin's code is heard. */
async function startOnce(): Promise<number> {
  const code = `countersign.log('info', 'here'); countersign.register(() => null);`;
  const codeHash = sha256Hex(code);
  const startedAtMs = performance.now();
  let heardMs = 0;
  await runPlugin({
    code,
    codeHash,
    entry: 'execute',
    input: null,
    clock: { now: '2026-01-01T00:00:00.000Z', seed: 'bench' },
    capabilities: [],
    handlers: {},
    onLog: () => {
      heardMs = performance.now() - startedAtMs;
    },
  });
  return heardMs;
}

/** Nearest rank. */
function percentile(values: readonly number[], rank: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.ceil((rank / 100) * sorted.length) - 1] ?? Number.NaN;
}
