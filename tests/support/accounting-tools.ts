import { execFile, type ExecFileException } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

// The launcher is plain JavaScript, so that it runs on Node 18: nothing declares its types.
interface Cache {
  readonly cached: (name: string, wanted: string, fill: (folder: string) => Promise<void>) => Promise<string>;
  readonly onPath: (...names: string[]) => string | undefined;
}
const launcher: string = '../../scripts/launch/cache.mjs';
const { cached, onPath } = (await import(launcher)) as Cache;

/** The version that exports are checked by. Another one is another test. */
const BEANCOUNT = '3.2.3';
const LIMIT_MS = 240_000;

export interface Ran {
  readonly code: number;
  readonly output: string;
}

export function run(
  program: string,
  args: readonly string[],
  cwd?: string,
  { env = {}, timeoutMs = LIMIT_MS }: { readonly env?: Record<string, string>; readonly timeoutMs?: number } = {},
): Promise<Ran> {
  const options = {
    timeout: timeoutMs,
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, BEANCOUNT_DISABLE_LOAD_CACHE: '1', LC_ALL: 'C.UTF-8', ...env },
    ...(cwd === undefined ? {} : { cwd }),
  };
  return new Promise((resolve) => {
    execFile(program, [...args], options, (error: ExecFileException | null, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1) || 1, output: `${stdout}${stderr}` }),
    );
  });
}

/** A tool that can be run, or why it can't be had here. */
export type Tool = { readonly path: string } | { readonly missing: string };

/** Python with the real beancount, from PyPI into the project's cache, once. */
export async function beancount(): Promise<Tool> {
  const python = onPath('python3');
  if (python === undefined) return { missing: 'there is no python3' };
  const version = await run(python, ['-c', 'import sys, venv; print("%d.%d" % sys.version_info[:2])']);
  if (version.code !== 0) return { missing: 'python3 has no venv' };
  try {
    // An environment may move as a folder; only the scripts in it name where it was made, and are not used.
    const path = await cached(
      `beancount-${BEANCOUNT}-py${version.output.trim()}`,
      join('bin', 'python3'),
      async (folder) => {
        for (const [program, args] of [
          [python, ['-m', 'venv', folder]],
          [
            join(folder, 'bin', 'python3'),
            ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `beancount==${BEANCOUNT}`],
          ],
        ] as const) {
          const { code, output } = await run(program, args);
          if (code !== 0) throw new Error(output.slice(-400));
        }
      },
    );
    return { path };
  } catch (error) {
    return {
      missing: `beancount ${BEANCOUNT} can't be installed: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** The real hledger: on PATH, or the package of this machine's own Debian, unpacked into the cache and not installed. */
export async function hledger(): Promise<Tool> {
  const found = onPath('hledger');
  if (found !== undefined) return { path: found };
  const [apt, dpkg] = [onPath('apt-get'), onPath('dpkg-deb')];
  if (apt === undefined || dpkg === undefined) return { missing: 'there is no hledger, and no apt-get to fetch it' };
  try {
    const path = await cached('hledger-debian', join('usr', 'bin', 'hledger'), async (folder) => {
      const work = join(folder, 'download');
      await mkdir(work, { recursive: true });
      const fetched = await run(apt, ['download', '--quiet', 'hledger'], work);
      const file = (await readdir(work)).find((name) => name.endsWith('.deb'));
      if (file === undefined) throw new Error(fetched.output.slice(-400));
      await run(dpkg, ['-x', join(work, file), folder]);
      await rm(work, { recursive: true, force: true });
      if (!existsSync(join(folder, 'usr', 'bin', 'hledger'))) throw new Error('the package holds no hledger');
    });
    const version = await run(path, ['--version']);
    return version.code === 0 ? { path } : { missing: `hledger does not run here: ${version.output.slice(-200)}` };
  } catch (error) {
    return { missing: `hledger can't be fetched: ${error instanceof Error ? error.message.trim() : String(error)}` };
  }
}
