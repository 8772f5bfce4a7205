import { readFile } from 'node:fs/promises';
import { listenerOf } from '../../local/ports.ts';

/** What another process has used. Null where that can't be told: on anything but Linux. */
export interface Usage {
  residentMiB(): Promise<number | null>;
  /** Seconds of processor time since it began. */
  processorSeconds(): Promise<number | null>;
}

/** Linux counts in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** Of whoever listens on this port. */
export async function usageOf(port: number): Promise<Usage> {
  const listener = await listenerOf(port);
  const read = (name: string): Promise<string> =>
    readFile(`/proc/${listener?.pid ?? 0}/${name}`, 'utf8').catch(() => '');
  return {
    residentMiB: async () => {
      const kib = /^VmRSS:\s+(\d+) kB$/m.exec(await read('status'))?.[1];
      return kib === undefined ? null : Number(kib) / 1024;
    },
    processorSeconds: async () => {
      // After the name in parentheses, which may hold anything: user and system time are the 12th and 13th.
      const fields = (await read('stat')).split(') ').at(-1)?.split(' ') ?? [];
      const ticks = Number(fields[11]) + Number(fields[12]);
      return Number.isNaN(ticks) ? null : ticks / TICKS_PER_SECOND;
    },
  };
}
