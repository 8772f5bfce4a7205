import { readFileSync } from 'node:fs';

/** What the system says of a process, whatever the process itself says. */
export interface ProcessUsage {
  /** Since the process began, in steps of 10 ms. */
  readonly cpuMs: number;
  readonly peakRssMiB: number;
}

/** Linux counts in hundredths of a second towards programs, whatever its own clock does (proc(5), sysconf(3)). */
const MS_PER_TICK = 10;

/** Undefined where there is no /proc, or the process is gone. */
export function readProcessUsage(pid: number): ProcessUsage | undefined {
  try {
    return parseProcessUsage(
      readFileSync(`/proc/${pid}/stat`, 'latin1'),
      readFileSync(`/proc/${pid}/status`, 'latin1'),
    );
  } catch {
    return undefined;
  }
}

/** From the text of /proc/PID/stat and /proc/PID/status (proc(5)). Undefined for a process that has no memory any more. */
export function parseProcessUsage(stat: string, status: string): ProcessUsage | undefined {
  // The second field is the program's name in brackets, which may hold anything: count from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const peakKiB = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (!Number.isFinite(ticks) || peakKiB === undefined) return undefined;
  return { cpuMs: ticks * MS_PER_TICK, peakRssMiB: Number(peakKiB) / 1024 };
}
