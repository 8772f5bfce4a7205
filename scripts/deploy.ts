/** `npm run deploy -- --project ID [--yes] [--dry-run]`: check a Firebase project, show what would change, deploy. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { build } from './build.ts';
import { ROOT } from './build/root.ts';
import { readArguments, USAGE } from './deploy/arguments.ts';
import { deployProject, type World } from './deploy/deploy-project.ts';
import { firebaseCli } from './deploy/firebase-cli.ts';
import { googleOf } from './deploy/google.ts';
import { functionsManifest } from './deploy/local-build.ts';
import type { SignInHints } from './deploy/sign-in.ts';

const asked = readArguments(process.argv.slice(2));
if ('problem' in asked) {
  process.stderr.write(`${asked.problem}\n\n${USAGE}\n`);
  process.exit(1);
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const world: World = {
  cli: firebaseCli(),
  google: googleOf(asked.projectId),
  signIn: signInHints(),
  say,
  confirm,
  build: () => build({}, (line) => say(`  ${line}`)),
  manifest: () => functionsManifest(asked.projectId),
  readFile: (name) => readFile(join(ROOT, name), 'utf8'),
  writeWebConfig: (config) =>
    writeFile(join(ROOT, 'web', 'dist', 'config.json'), `${JSON.stringify(config, null, 2)}\n`),
};

try {
  process.exit(await deployProject(world, asked));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

function signInHints(): SignInHints {
  const path = process.env['GOOGLE_APPLICATION_CREDENTIALS'];
  const gcloud = join(
    process.env['CLOUDSDK_CONFIG'] ?? join(homedir(), '.config', 'gcloud'),
    'application_default_credentials.json',
  );
  return {
    credentials: path === undefined || path === '' ? null : { path, exists: existsSync(path) },
    token: (process.env['FIREBASE_TOKEN'] ?? '') !== '',
    gcloudDefault: existsSync(gcloud),
  };
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    say(`${question} There is no terminal to ask: say --yes.`);
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
