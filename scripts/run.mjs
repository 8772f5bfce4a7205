/**
 * The launcher behind every npm script: `node scripts/run.mjs COMMAND ...`. It runs on Node 18 and newer, gets what the
 * command needs (Node 24, the packages, the local Firestore, a browser), then runs scripts/COMMAND.ts under Node 24.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureChromium } from './launch/chromium.mjs';
import { ensureDependencies } from './launch/dependencies.mjs';
import { ensureHidane } from './launch/hidane.mjs';
import { ensureNode } from './launch/node.mjs';
import { SetupError, step } from './launch/report.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
/** These can start the local platform. */
const NEED_FIRESTORE = ['start', 'test', 'demo', 'bench', 'screenshots'];
const NEED_BROWSER = ['test', 'screenshots'];
/** Suites that do without a browser, when only they are asked for: `npm test -- unit rules`. */
const WITHOUT_BROWSER = ['check', 'unit', 'build', 'rules', 'integration', 'faults', 'platform'];
const TALKATIVE = ['start', 'test', 'demo'];

const [command = '', ...args] = process.argv.slice(2);
const script = join(ROOT, 'scripts', `${command}.ts`);

try {
  requireCommand();
  const always = TALKATIVE.includes(command);
  const node = await step('Node 24', always, ensureNode);
  await step('packages', always, (note) => ensureDependencies(ROOT, node, note));
  const env = { ...process.env, PATH: [dirname(node), process.env.PATH].join(delimiter) };
  if (NEED_FIRESTORE.includes(command) || (command === 'faults' && args.includes('--real'))) {
    env.HIDANE_BIN = await step('local Firestore (hidane)', always, (note) => ensureHidane(node, note));
  }
  if (needsBrowser()) {
    env.CHROMIUM_PATH = await step('Chromium', always, (note) => ensureChromium(node, note));
  }
  handOver(node, env);
} catch (error) {
  const known = error instanceof SetupError;
  process.stderr.write(`\n${known ? error.message : error.stack}\n`);
  process.exit(1);
}

function requireCommand() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 18)
    throw new SetupError(`This is Node ${process.versions.node}; Node 18 or newer is needed to begin with.`);
  const commands = Object.keys(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts);
  if (commands.includes(command) && existsSync(script)) return;
  throw new SetupError(`Unknown command "${command}". Known: ${commands.join(', ')}`);
}

function needsBrowser() {
  if (!NEED_BROWSER.includes(command)) return false;
  const suites = args.filter((argument) => !argument.startsWith('-'));
  return command !== 'test' || suites.length === 0 || suites.some((suite) => !WITHOUT_BROWSER.includes(suite));
}

/** From here on the command has the terminal; its end is ours. */
function handOver(node, env) {
  // The channel tells the command when this launcher is gone.
  const child = spawn(node, [script, ...args], { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  // A terminal sends Ctrl-C to both, and the child decides when it is done. What comes otherwise reaches this one only.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const name of ['SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  child.on('error', (error) => {
    process.stderr.write(`\n${node} could not be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
