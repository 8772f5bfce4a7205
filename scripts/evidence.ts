/**
 * `npm run evidence -- (--execution ID | --from DAY --to DAY | --consistency PACK) --out FILE [--personal] [--org ORG]`:
 * have the platform that runs make an evidence pack, and fetch it. `--consistency`: what ties an earlier pack to the
 * newest checkpoint. It signs in as a demo account that may, or as EVIDENCE_EMAIL with EVIDENCE_PASSWORD.
 */
import { parseArgs } from 'node:util';
import { AppError, isAppError } from '@countersign/domain/errors';
import { exportEvidence } from './evidence/export.ts';
import { findRunningPlatform } from './platform.ts';
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
  if (subject === null || values.out === undefined) {
    process.stderr.write(`${USAGE}\n`);
    return 1;
  }
  const platform = await findRunningPlatform();
  if (platform === null) throw new AppError('failed_precondition', 'No platform runs on this machine: npm start');
  await exportEvidence(platform, process.env, {
    subject,
    personal: values.personal ?? false,
    out: values.out,
    say: console.log,
    ...(values.org === undefined ? {} : { org: values.org }),
  });
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const known = isAppError(error) || (error instanceof Error && 'code' in error);
  process.stderr.write(`${known ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = 1;
}
// Listeners of the web SDK may linger; everything is done.
process.exit();
