import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import { evidenceExportSchema, type EvidenceExport, type EvidenceSubject } from '@countersign/domain/schemas/evidence';
import { getAuth } from 'firebase/auth';
import { doc, getFirestore, onSnapshot } from 'firebase/firestore';
import { DemoClient, targetOf, type ClientTarget } from '../demo/client.ts';
import type { PlatformInfo } from '../platform.ts';

/** What is needed of a platform that runs. */
export type ExportingPlatform = Pick<PlatformInfo, 'projectId' | 'env' | 'accounts' | 'organizationId'>;

export interface ExportRequest {
  readonly subject: EvidenceSubject;
  readonly personal: boolean;
  readonly out: string;
  readonly org?: string;
  readonly say: (line: string) => void;
}

const TIMEOUT_MS = 15 * 60_000;

/** Ask for a pack, wait until it is made, and fetch it. @throws AppError with the reason when there will be none */
export async function exportEvidence(
  platform: ExportingPlatform,
  env: Readonly<Record<string, string | undefined>>,
  { subject, ...request }: ExportRequest,
): Promise<EvidenceExport> {
  const { personal, out, say } = request;
  const made = await exportFile(platform, env, request, (client) =>
    client.call('exportEvidence', { subject, personal }),
  );
  say(`Check it with: npm run verify -- ${out}`);
  return made;
}

/** Give a command that makes a file, wait until it is made, and fetch it. @throws AppError as above */
export async function exportFile(
  platform: ExportingPlatform,
  env: Readonly<Record<string, string | undefined>>,
  { personal, out, org, say }: Omit<ExportRequest, 'subject'>,
  ask: (client: DemoClient) => Promise<{ readonly exportId: string }>,
): Promise<EvidenceExport> {
  const orgId = org ?? platform.organizationId;
  if (orgId === undefined) throw new AppError('invalid_argument', 'Say which organization: --org ORG');
  const target = targetOf(platform);
  const { email, password } = accountFor(platform, env, personal);
  // Before anything is asked for: a file that has nowhere to go is made for nothing, and stands in the audit log.
  if (!existsSync(dirname(resolve(out))))
    throw new AppError('not_found', `There is no folder ${dirname(resolve(out))}`);
  const client = await DemoClient.signIn(target, email, password, orgId);
  try {
    const { exportId } = await ask(client);
    say(`Asked for as ${email}: ${exportId}`);
    const made = await untilMade(client, orgId, exportId);
    if (made.file === null) throw new AppError('failed_precondition', made.error?.message ?? 'No file was made');
    await fetchFile(client, target, made.file, out);
    say(`${out}: ${made.file.sizeBytes.toLocaleString('en-US')} bytes, SHA-256 ${made.file.sha256}`);
    return made;
  } finally {
    await client.close();
  }
}

/** Those who may, the auditor first; a treasurer gets no personal values. */
const ROLES = ['auditor', 'executive', 'admin', 'treasurer'];

function accountFor(
  { accounts }: ExportingPlatform,
  env: Readonly<Record<string, string | undefined>>,
  personal: boolean,
): { readonly email: string; readonly password: string } {
  const { EVIDENCE_EMAIL: email, EVIDENCE_PASSWORD: password } = env;
  if (email !== undefined && password !== undefined) return { email, password };
  const roles = personal ? ROLES.slice(0, -1) : ROLES;
  const found = roles.flatMap((role) => accounts.filter((account) => account.roles.includes(role)))[0];
  if (found === undefined)
    throw new AppError(
      'permission_denied',
      'No account here may export evidence: set EVIDENCE_EMAIL and EVIDENCE_PASSWORD',
    );
  return found;
}

async function untilMade(client: DemoClient, orgId: string, exportId: string): Promise<EvidenceExport> {
  let stop: () => void = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<EvidenceExport>((resolve, reject) => {
      const late = new AppError('unavailable', `The file was not made within ${TIMEOUT_MS / 60_000} minutes`);
      timer = setTimeout(() => reject(late), TIMEOUT_MS);
      stop = onSnapshot(
        doc(getFirestore(client.app), paths.evidenceExport(orgId, exportId)),
        (snapshot) => {
          const made = evidenceExportSchema.safeParse(snapshot.data()).data;
          if (made !== undefined && made.state !== 'waiting') resolve(made);
        },
        reject,
      );
    });
  } finally {
    clearTimeout(timer);
    stop();
  }
}

/** As it comes, to the disk: a pack may be larger than what fits in memory. */
async function fetchFile(
  client: DemoClient,
  { hosts, storageBucket }: ClientTarget,
  { storagePath, sha256 }: NonNullable<EvidenceExport['file']>,
  out: string,
): Promise<void> {
  const token = await getAuth(client.app).currentUser?.getIdToken();
  const url = `http://${hosts.storage}/v0/b/${storageBucket}/o/${encodeURIComponent(storagePath)}?alt=media`;
  const response = await fetch(url, { headers: { Authorization: `Firebase ${token ?? ''}` } });
  if (!response.ok || response.body === null)
    throw new AppError('unavailable', `The file could not be fetched: ${response.status} ${response.statusText}`);
  const sum = createHash('sha256');
  const summing = new Transform({
    transform(chunk: Buffer, _, done) {
      sum.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(response.body), summing, createWriteStream(out));
  if (sum.digest('hex') !== sha256)
    throw new AppError('drift', `${out} is not the file that the audit log has the hash of`);
}
