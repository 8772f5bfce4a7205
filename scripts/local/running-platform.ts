import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answers, type Ports } from './ports.ts';
import { isAlive } from './processes.ts';
import { ROOT } from './run-folder.ts';

export interface DemoAccount {
  email: string;
  password: string;
  name: string;
  roles: string[];
}

/** What `npm start` writes to `.local/platform.json` while it is up. */
export interface PlatformInfo {
  pid: number;
  projectId: string;
  ports: Ports;
  env: Record<string, string>;
  appUrl: string;
  functionsUrl: string;
  dataDir: string;
  accounts: DemoAccount[];
  organizationId?: string;
  sampleFiles?: string[];
}

/** Where `npm start` keeps its data and says that it is up. A test of it moves both. */
export const STATE_DIR = process.env['COUNTERSIGN_STATE_DIR'] ?? join(ROOT, '.local');
export const PLATFORM_FILE = join(STATE_DIR, 'platform.json');

/** The platform that `npm start` runs now, or null. A file left by a killed run does not count. */
export async function findRunningPlatform(): Promise<PlatformInfo | null> {
  const text = await readFile(PLATFORM_FILE, 'utf8').catch(() => undefined);
  if (text === undefined) return null;
  let info: PlatformInfo;
  try {
    info = JSON.parse(text) as PlatformInfo;
  } catch {
    return null;
  }
  if (!isAlive(info.pid)) return null;
  const open = await Promise.all([info.ports.app, info.ports.firestore, info.ports.functions].map((p) => answers(p)));
  return open.every(Boolean) ? info : null;
}
