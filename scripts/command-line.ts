import { AppError, isAppError } from '@countersign/domain/errors';
import { findRunningPlatform, type PlatformInfo } from './platform.ts';

/** The command was not understood: it is told with the usage, and the exit code is 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/**
 * Runs a command and ends the process: with what it returns; 2 when it was not understood; 1 when it could not be done.
 * What is known to go wrong is one line; anything else comes with its stack.
 */
export async function runCommandLine(usage: string, main: () => Promise<number>): Promise<never> {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  let code = 1;
  try {
    code = await main();
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`);
    if (isUsage(error)) process.stderr.write(`${usage}\n`);
    code = isUsage(error) ? 2 : 1;
  }
  // Listeners of the SDKs may linger; everything is done.
  process.exit(code);
}

/** Of a program's own mistake, the stack. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isKnown = isUsage(error) || isAppError(error) || 'code' in error;
  return isKnown ? error.message : (error.stack ?? error.message);
}

const isUsage = (error: unknown): boolean =>
  error instanceof UsageError ||
  (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));

/** @throws AppError `failed_precondition` when `npm start` is not up here */
export async function runningPlatform(): Promise<PlatformInfo> {
  const platform = await findRunningPlatform();
  if (platform === null) throw new AppError('failed_precondition', 'No platform runs on this machine: npm start');
  return platform;
}

/**
 * Put into this process's environment what names the project: the one given, with Google application default credentials;
 * else the platform that runs here. To be called before the SDKs are loaded, which read it once.
 * @returns the platform that runs here, if it is that
 */
export async function useProject(project: string | undefined): Promise<PlatformInfo | null> {
  if (project === undefined) {
    const platform = await findRunningPlatform();
    if (platform === null && process.env['GCLOUD_PROJECT'] === undefined)
      throw new AppError('failed_precondition', 'No platform runs here (npm start), and no --project is named');
    Object.assign(process.env, platform?.env);
    return platform;
  }
  process.env['GCLOUD_PROJECT'] = project;
  process.env['FIREBASE_CONFIG'] ??= JSON.stringify({
    projectId: project,
    storageBucket: `${project}.firebasestorage.app`,
  });
  return null;
}
