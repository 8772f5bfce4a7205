import { expect } from 'vitest';
import { AppError } from '@countersign/domain/errors';
import { sha256Hex } from '@countersign/domain/hash';
import { runPlugin, type PluginResult, type PluginRun } from '../index.ts';

export const CLOCK = { now: '2026-03-04T05:06:07.008Z', seed: 'seed-1' };

/** Run code that registers an entry point whose body this is. */
export function run(body: string, more: Partial<PluginRun> = {}): Promise<PluginResult> {
  return runCode(`countersign.register(async (entry, input) => { ${body} });`, more);
}

/** Run a plain script; its completion value is the result. */
export function runScript(code: string, more: Partial<PluginRun> = {}): Promise<PluginResult> {
  return runCode(code, { entry: 'script', ...more });
}

export function runCode(code: string, more: Partial<PluginRun> = {}): Promise<PluginResult> {
  return runPlugin({
    code,
    codeHash: sha256Hex(code),
    entry: 'execute',
    input: {},
    clock: CLOCK,
    capabilities: ['files.read'],
    handlers: {},
    onLog: () => undefined,
    ...more,
  });
}

export async function result(body: string, more: Partial<PluginRun> = {}): Promise<unknown> {
  return (await run(body, more)).result;
}

export async function failure(running: Promise<unknown>): Promise<AppError> {
  const error = await running.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}
