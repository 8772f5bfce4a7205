import { existsSync } from 'node:fs';
import { onPath } from './cache.mjs';
import { SetupError, run } from './report.mjs';

/**
 * Runs npm under the given Node. npm hands its own settings down in variables: those that name a place would send an
 * install elsewhere, and are left out.
 */
export async function npm(node, args, cwd) {
  const env = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (
      !/^npm_(?:config_(?:prefix|local_prefix|global|global_prefix|ignore_scripts|workspace|workspaces)|package_|lifecycle_|command|execpath)/i.test(
        name,
      )
    )
      env[name] = value;
  }
  const script = npmScript();
  const result =
    script === undefined ? await run('npm', args, { cwd, env }) : await run(node, [script, ...args], { cwd, env });
  if (result.code === 0) return;
  throw new SetupError(`npm ${args[0]} failed (${result.code}):\n${reason(result.output)}\n  ${remedy(result.output)}`);
}

/** npm's own script, to run it under another Node than it came with. */
function npmScript() {
  const fromNpm = process.env.npm_execpath;
  if (fromNpm && fromNpm.endsWith('npm-cli.js') && existsSync(fromNpm)) return fromNpm;
  if (onPath('npm') === undefined)
    throw new SetupError('npm is not on PATH. Install it with Node from https://nodejs.org');
  return undefined;
}

/** npm says what is wrong first, and how it is called after. */
function reason(output) {
  const lines = output.split('\n').filter((line) => /^npm (?:error|ERR!)/.test(line) && line.length > 12);
  return lines
    .slice(0, 6)
    .map((line) => `    ${line}`)
    .join('\n');
}

function remedy(output) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|network/i.test(output)) {
    return 'The npm registry was not reached. Check the network (npm config get registry; a proxy?) and run this again.';
  }
  if (/EUSAGE/.test(output))
    return 'package-lock.json does not fit package.json: run npm install, and keep what it changes.';
  if (/EACCES|EPERM/.test(output)) return 'A file could not be written. Check who owns this folder and ~/.npm.';
  if (/ENOSPC/.test(output)) return 'The disk is full.';
  if (/E40[134]/.test(output)) return 'The registry refused a package. Check npm config get registry and its sign-in.';
  return 'Run this again; if it stays, the whole log is in ~/.npm/_logs.';
}
