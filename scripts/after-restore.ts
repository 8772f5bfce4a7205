/**
 * `npm run after-restore -- --organization ID --lost-since ISO [--project ID]`: tell the platform that the database of
 * an organization came back from a backup. See docs/runbooks/restore.md, and stop all payments first.
 */
import { parseArgs } from 'node:util';
import { afterRestore } from '../functions/src/engine/restored.ts';
import { findRunningPlatform } from './platform.ts';

const USAGE = `npm run after-restore -- --organization ID --lost-since ISO [--project ID]
  --lost-since: the time to which the database was restored, or a little earlier, such as 2026-11-22T10:00:00Z.
  Without --project, the platform that runs here (npm start). With it: Google application default credentials that may
  administer the project.`;

try {
  const { values } = parseArgs({
    options: {
      organization: { type: 'string' },
      'lost-since': { type: 'string' },
      project: { type: 'string' },
    },
  });
  const { organization, 'lost-since': lostSince, project } = values;
  if (organization === undefined || lostSince === undefined) throw new Error(USAGE);
  if (project === undefined) {
    const platform = await findRunningPlatform();
    if (platform === null && process.env['GCLOUD_PROJECT'] === undefined)
      throw new Error(`No local platform runs here (npm start), and no --project is named\n${USAGE}`);
    Object.assign(process.env, platform?.env);
  } else {
    process.env['GCLOUD_PROJECT'] = project;
    process.env['FIREBASE_CONFIG'] ??= JSON.stringify({
      projectId: project,
      storageBucket: `${project}.firebasestorage.app`,
    });
  }
  // Only now: it reads the environment.
  const { runtime } = await import('../functions/src/runtime.ts');
  const { epoch, streams } = await afterRestore(runtime(), organization, lostSince);
  process.stdout.write(`Organization ${organization} goes on in epoch ${epoch}; all payments are stopped.\n`);
  for (const { name, from, published } of streams)
    process.stdout.write(
      published === null
        ? `  ${name}: nothing had been published of it\n`
        : `  ${name}: ${published.size} entries had been vouched for in epoch ${published.epoch}; the database has the first ${from} of them for sure\n`,
    );
  process.stdout.write(
    'From now on the provider is asked before each payment. Look through the runs, then an admin lifts the stop.\n',
  );
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
