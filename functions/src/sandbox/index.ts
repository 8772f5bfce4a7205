export { runPlugin, warmSandbox, warmedUp, closeSandbox, type PluginRun, type PluginResult } from './run-plugin.ts';
export { DEFAULT_LIMITS, LIMITS_OF_WORKLOAD, processMemoryMiB, type SandboxLimits } from './limits.ts';
export { ALLOWED_GLOBALS, ALLOWED_INTL, FORBIDDEN, METHOD_CAPABILITY } from './policy.ts';
export type { LogLevel, Usage } from './protocol.ts';
