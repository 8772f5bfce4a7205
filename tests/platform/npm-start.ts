import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_FIRST_PORT, findFreePorts } from '../../scripts/local/ports.ts';
import { ROOT } from '../../scripts/local/run-folder.ts';
import type { PlatformInfo } from '../../scripts/platform.ts';

const UP_LIMIT_MS = 100_000;

/** `npm start` as a user runs it, but with ports and a folder for its data of its own. */
export class NpmStart {
  output = '';
  readonly launcher: ChildProcess;
  readonly ended: Promise<number | null>;
  private readonly stateDir: string;

  constructor(stateDir: string, portOffset: number, args: string[] = []) {
    this.stateDir = stateDir;
    this.launcher = spawn('node', ['scripts/run.mjs', 'start', '--port-offset', String(portOffset), ...args], {
      cwd: ROOT,
      env: { ...process.env, COUNTERSIGN_STATE_DIR: stateDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.launcher.stdout, this.launcher.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
    this.ended = new Promise((resolve) => this.launcher.once('close', resolve));
  }

  /** Waits until it says that it is up; throws with its output when it ends before. */
  async up(): Promise<PlatformInfo> {
    const deadline = Date.now() + UP_LIMIT_MS;
    while (Date.now() < deadline && this.launcher.exitCode === null) {
      if (this.output.includes('Ctrl-C stops it')) {
        return JSON.parse(await readFile(join(this.stateDir, 'platform.json'), 'utf8')) as PlatformInfo;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`npm start did not come up:\n${this.output}`);
  }

  /** The id under which its processes are marked. */
  get runId(): string {
    return /logs\/(\S+)\.log/.exec(this.output)?.[1] ?? 'unknown';
  }
}

export async function freePortOffset(): Promise<number> {
  return (await findFreePorts()).app - DEFAULT_FIRST_PORT;
}
