/**
 * `npm run evidence -- (--execution ID | --from DAY --to DAY | --consistency PACK) --out FILE [--personal] [--org ORG]`:
 * have the platform that runs make an evidence pack, and fetch it. `--consistency`: what ties an earlier pack to the
 * newest checkpoint. It signs in as a demo account that may, or as EVIDENCE_EMAIL with EVIDENCE_PASSWORD.
 */
import { parseArgs } from 'node:util';
import { exportEvidence } from './evidence/export.ts';
import { runCommandLine, runningPlatform, UsageError } from './command-line.ts';
import { subjectFrom } from './evidence/subject.ts';

const USAGE =
  'npm run evidence -- (--execution ID | --from DAY --to DAY | --consistency PACK) --out FILE [--personal] [--org ORG]';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      execution: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      consistency: { type: 'string' },
      personal: { type: 'boolean' },
      org: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const subject = await subjectFrom(values);
  if (subject === null) throw new UsageError('Of what: one run, some days, or an earlier pack?');
  if (values.out === undefined) throw new UsageError('Into which file?');
  const platform = await runningPlatform();
  await exportEvidence(platform, process.env, {
    subject,
    personal: values.personal ?? false,
    out: values.out,
    say: console.log,
    ...(values.org === undefined ? {} : { org: values.org }),
  });
  return 0;
}

await runCommandLine(USAGE, main);
