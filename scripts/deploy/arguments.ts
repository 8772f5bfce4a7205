import { parseArgs } from 'node:util';

export const USAGE = `npm run deploy -- --project ID [--yes] [--dry-run]
  --project ID  the Firebase project to deploy to
  --yes         deploy without asking
  --dry-run     check, show what would change, and stop there`;

export interface DeployArguments {
  readonly projectId: string;
  readonly yes: boolean;
  readonly dryRun: boolean;
}

/** Google's own rule for project ids: https://cloud.google.com/resource-manager/docs/creating-managing-projects */
const PROJECT_ID = /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/;

/** @returns what is asked for, or what is wrong with it */
export function readArguments(argv: readonly string[]): DeployArguments | { readonly problem: string } {
  let values: { project?: string; yes?: boolean; 'dry-run'?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: { project: { type: 'string' }, yes: { type: 'boolean' }, 'dry-run': { type: 'boolean' } },
    }));
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  const { project } = values;
  if (project === undefined)
    return { problem: 'Say which project: --project ID. `npx firebase projects:list` names those you can see.' };
  if (project.startsWith('demo-'))
    return { problem: `${project} is a name for emulators only: Firebase has no project that begins with demo-.` };
  if (!PROJECT_ID.test(project))
    return { problem: `${project} is no project id: 6 to 30 small letters, digits and hyphens, a letter first.` };
  return { projectId: project, yes: values.yes === true, dryRun: values['dry-run'] === true };
}
