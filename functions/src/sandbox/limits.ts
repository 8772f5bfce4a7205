/** What one run of plugin code may use. Each limit ends the run with an error of its own. */
export interface SandboxLimits {
  /** Processor time inside the isolate, in milliseconds: `sandbox_timeout`. */
  cpuMs: number;
  /** Time from start to result, waiting for the host's answers included, in milliseconds: `sandbox_timeout`. */
  wallMs: number;
  /** Heap and buffers of the isolate, in MiB: `sandbox_memory`. */
  memoryMiB: number;
  /** The result and the arguments of all calls together, in bytes of JSON: `sandbox_output`. */
  outputBytes: number;
  /** Log lines: `sandbox_logs`. */
  logLines: number;
  /** Calls to the host: `sandbox_calls`. */
  calls: number;
}

/** Room for a file of 50,000 rows; one of 10,000 uses about a tenth of it. */
export const DEFAULT_LIMITS: SandboxLimits = {
  cpuMs: 10_000,
  wallMs: 60_000,
  memoryMiB: 256,
  outputBytes: 64 * 1024 * 1024,
  logLines: 2_000,
  calls: 1_000,
};

/** A log line or an error message is cut at this length, in UTF-16 units. */
export const MESSAGE_LENGTH = 2_000;

/** Resident memory of the child above which it is ended whatever the isolate's own count says, in MiB. */
export function residentLimitMiB(limits: SandboxLimits): number {
  const nodeItself = 150;
  return limits.memoryMiB * 2 + nodeItself;
}
