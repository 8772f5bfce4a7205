/**
 * `npm run after-restore -- --organization ID --lost-since ISO [--project ID]`: tell the platform that the database of
 * an organization came back from a backup. See docs/runbooks/restore.md, and stop all payments first.
 */
import { parseArgs } from 'node:util';
import { runCommandLine, UsageError, useProject } from './command-line.ts';

const USAGE = `npm run after-restore -- --organization ID --lost-since ISO [--project ID]
  --lost-since: the time to which the database was restored, or a little earlier, such as 2026-11-22T10:00:00Z.
  Without --project, the platform that runs here (npm start). With it: Google application default credentials that may
  administer the project.`;

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { organization: text, 'lost-since': text, project: text } });
  const { organization, 'lost-since': lostSince, project } = values;
  if (organization === undefined) throw new UsageError('Which organization?');
  if (lostSince === undefined) throw new UsageError('Lost since when?');
  await useProject(project);
  const { runtime } = await import('../functions/src/runtime.ts');
  const { afterRestore } = await import('../functions/src/engine/restored.ts');
  const { epoch, streams } = await afterRestore(runtime(), organization, lostSince);
  console.log(`Organization ${organization} goes on in epoch ${epoch}; all payments are stopped.`);
  for (const { name, from, published } of streams)
    console.log(
      published === null
        ? `  ${name}: nothing had been published of it`
        : `  ${name}: ${published.size} entries had been vouched for in epoch ${published.epoch}; the database has the first ${from} of them for sure`,
    );
  console.log(
    'From now on the provider is asked before each payment. Look through the runs, then an admin lifts the stop.',
  );
  return 0;
}

await runCommandLine(USAGE, main);
