import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './processes.ts';
import type { SeedResult } from './seed-runner.ts';

/** Lies in the data folder from the start of a run until its data are written; holds the process's id. */
export const RUNNING_MARK = 'running';

/**
 * What changes during a run besides the emulators' export, which is written at its end. The stand-in witness forgets with
 * them: a real one would say that the log was rolled back, and be right.
 */
const LIVE = ['stripe.json', 'checkpoints', 'witness'];

/**
 * The folder in which `npm start` keeps its data. A run that was killed wrote no export: its local Stripe would know of
 * payouts that its ledger does not. So what the run found at its start is kept, and goes back in place then.
 */
export class DataFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes it ready for a run. */
  async open(fresh: boolean): Promise<'new' | 'kept' | 'put back'> {
    const owner = Number(await readFile(this.runningFile, 'utf8').catch(() => ''));
    if (owner > 0 && owner !== process.pid && isAlive(owner)) throw new Error(`process ${owner} uses ${this.path} now`);
    const exported = existsSync(join(this.path, 'firebase')) || existsSync(join(this.path, 'firebase.previous'));
    if (fresh || !exported) {
      await rm(this.path, { recursive: true, force: true });
      await mkdir(this.path, { recursive: true });
      await this.markRunning();
      return 'new';
    }
    const killed = existsSync(this.runningFile);
    if (killed) await this.copyLive(this.snapshot, this.path);
    await rm(this.snapshot, { recursive: true, force: true });
    await mkdir(this.snapshot, { recursive: true });
    await this.copyLive(this.path, this.snapshot);
    await this.markRunning();
    return killed ? 'put back' : 'kept';
  }

  /** The platform did not come up: nothing changed. */
  async abandon(): Promise<void> {
    await rm(this.runningFile, { force: true });
  }

  async seeded(): Promise<SeedResult | undefined> {
    const text = await readFile(join(this.path, 'seed.json'), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as SeedResult);
  }

  async rememberSeed(result: SeedResult): Promise<void> {
    await writeFile(join(this.path, 'seed.json'), JSON.stringify(result, null, 2));
  }

  private get runningFile(): string {
    return join(this.path, RUNNING_MARK);
  }

  private get snapshot(): string {
    return join(this.path, 'at-start');
  }

  private async markRunning(): Promise<void> {
    await writeFile(this.runningFile, String(process.pid));
  }

  private async copyLive(from: string, to: string): Promise<void> {
    for (const name of LIVE) {
      await rm(join(to, name), { recursive: true, force: true });
      if (existsSync(join(from, name))) await cp(join(from, name), join(to, name), { recursive: true });
    }
  }
}
