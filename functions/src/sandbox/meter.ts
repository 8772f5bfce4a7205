import { processMemoryMiB, type SandboxLimits } from './limits.ts';
import { DRAFT_METHOD } from './policy.ts';

/** The codes of `ErrorCode` by which a limit ends a run. */
export const VIOLATION_CODES = [
  'sandbox_cpu',
  'sandbox_wall',
  'sandbox_memory',
  'sandbox_process_memory',
  'sandbox_output',
  'sandbox_logs',
  'sandbox_calls',
  'sandbox_call_rate',
] as const;
export type ViolationCode = (typeof VIOLATION_CODES)[number];

export interface Violation {
  readonly code: ViolationCode;
  readonly message: string;
}

const RATE_WINDOW_MS = 1_000;

/** One sentence for each way to break a limit; the same in child and parent. */
export const violations = {
  cpu: (limits: SandboxLimits): Violation => ({
    code: 'sandbox_cpu',
    message: `The plugin used more than ${limits.cpuMs} ms of processor time`,
  }),
  wall: (limits: SandboxLimits): Violation => ({
    code: 'sandbox_wall',
    message: `The plugin took longer than ${limits.wallMs} ms`,
  }),
  memory: (limits: SandboxLimits): Violation => ({
    code: 'sandbox_memory',
    message: `The plugin used more than ${limits.memoryMiB} MiB of memory`,
  }),
  processMemory: (limits: SandboxLimits): Violation => ({
    code: 'sandbox_process_memory',
    message: `The plugin's process used more than ${processMemoryMiB(limits)} MiB of memory`,
  }),
  output: (limits: SandboxLimits): Violation => ({
    code: 'sandbox_output',
    message: `The plugin sent out more than ${limits.outputBytes} bytes`,
  }),
  drafts: (limits: SandboxLimits): Violation => ({
    code: 'sandbox_output',
    message: `The plugin wrote more than ${limits.draftBytes} bytes into drafts`,
  }),
  logLines: (limits: SandboxLimits): Violation => ({
    code: 'sandbox_logs',
    message: `The plugin wrote more than ${limits.logLines} log lines`,
  }),
  logBytes: (limits: SandboxLimits): Violation => ({
    code: 'sandbox_logs',
    message: `The plugin wrote more than ${limits.logBytes} bytes of log lines`,
  }),
  calls: (limits: SandboxLimits): Violation => ({
    code: 'sandbox_calls',
    message: `The plugin made more than ${limits.calls} calls`,
  }),
  callRate: (limits: SandboxLimits): Violation => ({
    code: 'sandbox_call_rate',
    message: `The plugin made more than ${limits.callsPerSecond} calls within a second`,
  }),
} as const;

/** Counts what a run says and asks. Each method gives the limit that is broken by it, if any. */
export class Meter {
  readonly #limits: SandboxLimits;
  /** When the newest calls were made, as a ring of as many as a second may hold. */
  readonly #callTimesMs: number[] = [];
  #calls = 0;
  #lines = 0;
  #logBytes = 0;
  #outputBytes = 0;
  #draftBytes = 0;

  constructor(limits: SandboxLimits) {
    this.#limits = limits;
  }

  get calls(): number {
    return this.#calls;
  }

  get outputBytes(): number {
    return this.#outputBytes;
  }

  /** @param nowMs of a clock that does not go back. */
  call(nowMs: number, method: string, bytes: number): Violation | undefined {
    const { calls, callsPerSecond } = this.#limits;
    const slot = this.#calls % callsPerSecond;
    const oldestMs = this.#callTimesMs[slot];
    this.#callTimesMs[slot] = nowMs;
    this.#calls += 1;
    if (this.#calls > calls) return violations.calls(this.#limits);
    if (oldestMs !== undefined && nowMs - oldestMs < RATE_WINDOW_MS) return violations.callRate(this.#limits);
    return method === DRAFT_METHOD ? this.#draft(bytes) : this.output(bytes);
  }

  log(bytes: number): Violation | undefined {
    this.#lines += 1;
    this.#logBytes += bytes;
    if (this.#lines > this.#limits.logLines) return violations.logLines(this.#limits);
    return this.#logBytes > this.#limits.logBytes ? violations.logBytes(this.#limits) : undefined;
  }

  #draft(bytes: number): Violation | undefined {
    this.#draftBytes += bytes;
    return this.#draftBytes > this.#limits.draftBytes ? violations.drafts(this.#limits) : undefined;
  }

  output(bytes: number): Violation | undefined {
    this.#outputBytes += bytes;
    return this.#outputBytes > this.#limits.outputBytes ? violations.output(this.#limits) : undefined;
  }
}

/** What a process used, for the limits that time and memory have. */
export interface Consumption {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly rssMiB: number;
}

/** The limit that is broken, if any. `slack` above 1 is for the second watchman, who lets the first speak. */
export function overConsumed(used: Consumption, limits: SandboxLimits, slack = 1): Violation | undefined {
  if (used.cpuMs > limits.cpuMs * slack) return violations.cpu(limits);
  if (used.wallMs > limits.wallMs * slack) return violations.wall(limits);
  if (used.rssMiB > processMemoryMiB(limits) * slack) return violations.processMemory(limits);
  return undefined;
}
