/**
 * `npm run install-plugins -- --organization ID [--project ID]`: bring the plugins that were deployed into an
 * organization: new versions become active, and operations that are not pinned go over to them.
 */
import { parseArgs } from 'node:util';
import { runCommandLine, UsageError, useProject } from './command-line.ts';

const USAGE = `npm run install-plugins -- --organization ID [--project ID]
  Without --project, the platform that runs here (npm start; it does this at each start for its demo organization). With
  it: Google application default credentials that may administer the project.`;

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { organization: text, project: text } });
  const { organization, project } = values;
  if (organization === undefined) throw new UsageError('Which organization?');
  await useProject(project);
  const { runtime } = await import('../functions/src/runtime.ts');
  const { updateOrganization } = await import('./organization/update.ts');
  for (const line of await updateOrganization(runtime(), organization)) console.log(line);
  return 0;
}

await runCommandLine(USAGE, main);
