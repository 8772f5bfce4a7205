import type { Manifest } from '@countersign/domain/schemas/plugin';

/** What one run of plugin code may use. Each limit ends the run with an error code of its own. */
export interface SandboxLimits {
  /** Processor time of the whole child process since the run began, in milliseconds: `sandbox_cpu`. */
  cpuMs: number;
  /** Time from the run's begin to its result, waiting for the host's answers included, in milliseconds: `sandbox_wall`. */
  wallMs: number;
  /**
   * Heap and buffers of the isolate, in MiB: `sandbox_memory`. The process as a whole has `processMemoryMiB` of it:
   * `sandbox_process_memory`.
   */
  memoryMiB: number;
  /** The result and the arguments of all calls together, in bytes of JSON: `sandbox_output`. Drafts are counted apart. */
  outputBytes: number;
  /** What is written into drafts, which the host passes on and does not keep, in bytes of JSON: `sandbox_output`. */
  draftBytes: number;
  /** Log lines: `sandbox_logs`. */
  logLines: number;
  /** All log lines together, in bytes of UTF-8: `sandbox_logs`. */
  logBytes: number;
  /** Calls to the host: `sandbox_calls`. */
  calls: number;
  /** Calls to the host within any one second: `sandbox_call_rate`. */
  callsPerSecond: number;
}

/** Room for a file of 50,000 rows; one of 10,000 uses about a tenth of it. */
export const DEFAULT_LIMITS: SandboxLimits = {
  cpuMs: 10_000,
  wallMs: 60_000,
  memoryMiB: 256,
  outputBytes: 64 * 1024 * 1024,
  draftBytes: 256 * 1024 * 1024,
  logLines: 2_000,
  logBytes: 1024 * 1024,
  calls: 1_000,
  callsPerSecond: 250,
};

/**
 * What a manifest may ask for, by its `workload`. `data` is for files of a million rows that go through in pieces: more
 * time and calls, and less memory, so that isolate, child and worker together stay below 512 MiB.
 */
export const LIMITS_OF_WORKLOAD: Readonly<Record<NonNullable<Manifest['workload']>, SandboxLimits>> = {
  standard: DEFAULT_LIMITS,
  data: {
    ...DEFAULT_LIMITS,
    cpuMs: 120_000,
    wallMs: 400_000,
    memoryMiB: 128,
    draftBytes: 2 * 1024 ** 3,
    calls: 20_000,
  },
};

/** A log line or an error message is cut at this length, in UTF-16 units. */
export const MESSAGE_LENGTH = 2_000;

/** An error that plugin code threw may be described in so much JSON, in UTF-16 units. */
export const THROWN_LENGTH = 256 * 1024;

/** What Node is without a plugin, in MiB. */
const NODE_ITSELF_MIB = 64;

/**
 * Resident memory above which the child is ended whatever the isolate's own count says, in MiB. V8 lets a heap outgrow
 * its limit while it collects, and a result is copied on its way out: hence two caps. From a cap of 128 MiB on, half a
 * cap is left until three times the cap for what is taken between two looks.
 */
export function processMemoryMiB(limits: Pick<SandboxLimits, 'memoryMiB'>): number {
  return limits.memoryMiB * 2 + NODE_ITSELF_MIB;
}
