/**
 * `npm run install-plugins -- --organization ID [--project ID]`: bring the plugins that were deployed into an
 * organization: new versions become active, and operations that are not pinned go over to them.
 */
import { parseArgs } from 'node:util';
import { installCatalogue } from '../functions/src/engine/install-catalogue.ts';
import { findRunningPlatform } from './platform.ts';

const USAGE = `npm run install-plugins -- --organization ID [--project ID]
  Without --project, the platform that runs here (npm start). With it: Google application default credentials that may
  administer the project.`;

try {
  const { values } = parseArgs({ options: { organization: { type: 'string' }, project: { type: 'string' } } });
  const { organization, project } = values;
  if (organization === undefined) throw new Error(USAGE);
  if (project === undefined) {
    const platform = await findRunningPlatform();
    if (platform === null)
      throw new Error(`No local platform runs here (npm start), and no --project is named\n${USAGE}`);
    Object.assign(process.env, platform.env);
  } else {
    process.env['GCLOUD_PROJECT'] = project;
    process.env['FIREBASE_CONFIG'] ??= JSON.stringify({
      projectId: project,
      storageBucket: `${project}.firebasestorage.app`,
    });
  }
  // Only now: it reads the environment.
  const { runtime } = await import('../functions/src/runtime.ts');
  const count = await installCatalogue(runtime(), organization, { kind: 'system', part: 'seed' });
  process.stdout.write(`Organization ${organization} has the ${count} deployed plugins.\n`);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
