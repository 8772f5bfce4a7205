/** `npm start`: the whole of Countersign on this machine, until Ctrl-C. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DataFolder } from './local/data-folder.ts';
import { isAlive } from './local/processes.ts';
import { ROOT } from './local/run-folder.ts';
import { seedPlatform, updateSeeded } from './local/seed.ts';
import type { SeedResult } from './local/seed-runner.ts';
import {
  defaultPorts,
  findRunningPlatform,
  PLATFORM_FILE,
  PlatformError,
  requireFreePorts,
  startPlatform,
  STATE_DIR,
  type Platform,
  type PlatformInfo,
} from './platform.ts';

const USAGE = `npm start -- [--fresh] [--port-offset N]
  --fresh          forget the data of earlier runs and begin again
  --port-offset N  use ports 4600+N to 4611+N`;
/** A second Ctrl-C within this time is the same one, delivered twice by npm and the terminal. */
const SAME_SIGNAL_MS = 700;

const begun = performance.now();
let opened: DataFolder | undefined;
let platform: Platform | undefined;
let stopping: number | undefined;

const options = readOptions();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => void stop(0));
// The launcher is gone, and with it the terminal.
if (process.connected) process.on('disconnect', () => void stop(0));
// A closed terminal must not keep the data from being written.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  await start();
} catch (error) {
  console.error(`\n${error instanceof PlatformError ? error.message : ((error as Error).stack ?? String(error))}`);
  await stop(1);
}

function readOptions(): { fresh: boolean; portOffset: number } {
  if (process.argv.includes('--help')) {
    console.log(USAGE);
    process.exit(0);
  }
  try {
    const { values } = parseArgs({ options: { fresh: { type: 'boolean' }, 'port-offset': { type: 'string' } } });
    const portOffset = Number(values['port-offset'] ?? 0);
    if (!Number.isInteger(portOffset) || portOffset < 0 || portOffset > 50_000) throw new Error('no such port offset');
    return { fresh: values.fresh === true, portOffset };
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    process.exit(1);
  }
}

async function start(): Promise<void> {
  await requireAlone();
  // Before the data are touched: a killed run may still be writing them.
  await requireFreePorts(defaultPorts(options.portOffset));
  const data = new DataFolder(join(STATE_DIR, 'data'));
  const state = await data.open(options.fresh);
  opened = data;
  if (state === 'put back') console.log('  ! the last run was killed: these are the data from before it');
  platform = await startPlatform({
    portOffset: options.portOffset,
    dataDir: data.path,
    onStep: printStep,
    onFailure: (message) => void fail(message),
    ...realStripe(),
  });
  if (stopping !== undefined) return;
  const seed = await seedOnce(data, platform);
  await platform.setDemoAccounts(seed?.accounts ?? []);
  await writePlatformFile(platform, seed);
  printWelcome(platform, seed);
}

async function requireAlone(): Promise<void> {
  const running = await findRunningPlatform();
  if (running === null || !isAlive(running.pid)) return;
  throw new PlatformError(
    `Countersign is running already from this folder (process ${running.pid}): ${running.appUrl}\n` +
      'Stop it with Ctrl-C in its terminal first.',
  );
}

/** With a key in the environment the payouts go to that Stripe account, in the mode of the key. */
function realStripe(): { stripe?: { baseUrl: string; secretKey: string } } {
  const secretKey = process.env['STRIPE_SECRET_KEY'];
  if (secretKey === undefined || secretKey === '') return {};
  if (!secretKey.includes('_test_'))
    throw new PlatformError('STRIPE_SECRET_KEY is a live key: npm start takes test keys.');
  return { stripe: { baseUrl: process.env['STRIPE_API_BASE'] ?? 'https://api.stripe.com', secretKey } };
}

async function seedOnce(data: DataFolder, on: Platform): Promise<SeedResult | undefined> {
  const known = await data.seeded();
  if (!existsSync(join(ROOT, 'scripts', 'seed.ts'))) return known;
  const catalogue = await catalogueHash();
  if (known !== undefined && known.catalogue === catalogue) return known;
  const start = performance.now();
  // Data of an earlier start know the plugins of then.
  const said = known === undefined ? [] : await updateSeeded(on.env, known.organizationId);
  const result: SeedResult = {
    ...(known ?? (await seedPlatform(on.env))),
    ...(catalogue === undefined ? {} : { catalogue }),
  };
  await data.rememberSeed(result);
  printStep('demo organization', performance.now() - start);
  for (const line of said) console.log(`  ! ${line}`);
  return result;
}

async function catalogueHash(): Promise<string | undefined> {
  const file = join(ROOT, 'functions', 'lib', 'plugins', 'catalogue.json');
  const bytes = await readFile(file).catch(() => undefined);
  return bytes === undefined ? undefined : createHash('sha256').update(bytes).digest('hex');
}

async function writePlatformFile(on: Platform, seed: SeedResult | undefined): Promise<void> {
  const info: PlatformInfo = {
    pid: process.pid,
    projectId: on.projectId,
    ports: on.ports,
    env: on.env,
    appUrl: on.appUrl,
    functionsUrl: on.functionsUrl,
    dataDir: on.dataDir,
    accounts: seed?.accounts ?? [],
    ...(seed === undefined ? {} : { organizationId: seed.organizationId, sampleFiles: seed.sampleFiles }),
  };
  await writeFile(PLATFORM_FILE, JSON.stringify(info, null, 2));
}

function printStep(name: string, ms: number): void {
  process.stderr.write(`  ✓ ${name.padEnd(34)} ${(ms / 1000).toFixed(1).padStart(6)} s\n`);
}

function printWelcome(on: Platform, seed: SeedResult | undefined): void {
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`\nCountersign is up after ${seconds} s: ${on.appUrl}\n`);
  if (seed !== undefined) {
    console.log('Sign in as');
    for (const { email, password, name, roles } of seed.accounts) {
      console.log(`  ${email.padEnd(32)} ${password.padEnd(16)} ${name}, ${roles.join(', ')}`);
    }
    if (seed.sampleFiles.length > 0) console.log(`\nSample files\n${seed.sampleFiles.map((f) => `  ${f}`).join('\n')}`);
  }
  console.log(`\nData: ${on.dataDir}   Log: ${on.logFile}\nCtrl-C stops it and keeps the data.`);
}

async function fail(message: string): Promise<void> {
  if (stopping !== undefined) return;
  console.error(`\n${message}`);
  await stop(1);
}

/** The first call ends things in order; a second Ctrl-C at once, without the data. */
async function stop(code: number): Promise<void> {
  if (stopping !== undefined) {
    if (performance.now() - stopping < SAME_SIGNAL_MS) return;
    for (const pid of platform?.pids ?? []) killGroup(pid);
    process.exit(130);
  }
  stopping = performance.now();
  if (platform === undefined) await opened?.abandon();
  else {
    await rm(PLATFORM_FILE, { force: true });
    console.log('\nStopping; the data are being written (Ctrl-C again to lose them) …');
    const { exported, problem } = await platform.stop();
    const seconds = ((performance.now() - stopping) / 1000).toFixed(1);
    console.log(exported ? `Stopped after ${seconds} s, data kept.` : `Stopped; the data were not kept: ${problem}`);
  }
  process.exit(code);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}
