export { runPlugin, warmSandbox, closeSandbox, type PluginRun, type PluginResult } from './run-plugin.ts';
export { DEFAULT_LIMITS, type SandboxLimits } from './limits.ts';
export { FORBIDDEN, METHOD_CAPABILITY } from './policy.ts';
export type { LogLevel, Usage } from './protocol.ts';
