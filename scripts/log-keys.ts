/**
 * `node scripts/log-keys.ts --public-key FILE --organization ORG [--epoch N]`: the verifier keys of an organization's logs,
 * as witnesses and other tools of the C2SP formats take them. FILE has the base64 of 32 bytes.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { fromBase64, originOf, verifierKey } from '@countersign/domain/audit/checkpoint';

const { values } = parseArgs({
  options: {
    'public-key': { type: 'string' },
    organization: { type: 'string' },
    epoch: { type: 'string', default: '0' },
  },
});
const { 'public-key': file, organization, epoch } = values;
if (file === undefined || organization === undefined || !/^\d{1,6}$/.test(epoch)) {
  process.stderr.write('Give --public-key FILE and --organization ORG, and after a restore --epoch N\n');
  process.exitCode = 1;
} else {
  const key = fromBase64((await readFile(file, 'utf8')).trim(), 32);
  for (const stream of ['ledger', 'audit'] as const)
    console.log(verifierKey(originOf(organization, stream, Number(epoch)), key));
}
