// The Firebase CLI, but for `deploy`: that is only noted, in the file that DEPLOY_NOTE names. Everything else is the
// real program, so that its real answers are parsed.
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

if (process.argv[2] === 'deploy') {
  appendFileSync(process.env.DEPLOY_NOTE, `${JSON.stringify(process.argv.slice(2))}\n`);
  process.exit(Number(process.env.DEPLOY_EXIT ?? 0));
}
const cli = join(
  dirname(createRequire(import.meta.url).resolve('firebase-tools/package.json')),
  'lib',
  'bin',
  'firebase.js',
);
createRequire(import.meta.url)(cli);
