import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBase64 } from '@countersign/domain/audit/checkpoint';
import { AppError, isAppError } from '@countersign/domain/errors';
import type { StreamName } from '@countersign/domain/schemas/stream';
import { getApps, initializeApp } from 'firebase-admin/app';
import { getFirestore } from 'firebase-admin/firestore';
import type { Database } from '../../functions/src/store/database.ts';
import { firestoreDatabase } from '../../functions/src/store/firestore-database.ts';
import { drainStream, folderPublisher, localSigner, sealStream } from '../../functions/src/streams/index.ts';
import { checkpointFiles } from '../../functions/src/streams/publisher.ts';
import { PUBLIC_KEY } from '../../functions/src/streams/signer.ts';
import { verifyOrganization, type Report } from '../../functions/src/streams/verify/index.ts';
import { sentencesOf, trialBalanceOf } from './sentences.ts';

export interface VerifyRequest {
  /** Files with published notes, beside those in CHECKPOINT_DIR. */
  readonly checkpointFiles?: readonly string[];
  /** A file with the base64 of 32 bytes; else the one in LOCAL_KEY_DIR. */
  readonly publicKeyFile?: string;
  /** Leaves out the sealing of what no checkpoint covers yet. */
  readonly readOnly?: boolean;
}

export interface VerifyOutcome {
  readonly ok: boolean;
  readonly report: Report;
  /** For people. */
  readonly lines: readonly string[];
  /** `0`, or what is off in which currency. */
  readonly trialBalance: string;
  readonly auditEvents: number;
}

const STREAMS: readonly StreamName[] = ['ledger', 'audit'];
/** A stream has one checkpoint in ten seconds at most; the newest ones cover what the older ones say. */
const MAX_CHECKPOINTS = 500;

/**
 * Verify an organization of the platform that this environment names (FIRESTORE_EMULATOR_HOST and GCLOUD_PROJECT, or
 * the cloud's own credentials; CHECKPOINT_DIR and LOCAL_KEY_DIR). What waits in the inboxes is decided and sealed first,
 * unless that is not wanted or not possible here.
 */
export async function verifyRunningOrganization(
  env: Readonly<Record<string, string | undefined>>,
  orgId: string,
  request: VerifyRequest = {},
): Promise<VerifyOutcome> {
  const db = connect(env);
  if ((await db.get(`orgs/${orgId}`)) === null)
    throw new AppError('not_found', `There is no organization ${orgId} here`);
  const unsealed = request.readOnly === true ? [] : await seal(db, env, orgId);
  const report = await verifyOrganization(db, orgId, {
    checkpoints: await notesAtHand(env, orgId, request),
    publicKey: await publicKeyAtHand(env, request),
  });
  return {
    ok: report.ok,
    report,
    lines: [...unsealed, ...sentencesOf(report)],
    trialBalance: trialBalanceOf(report),
    auditEvents: report.audit.events,
  };
}

function connect(env: Readonly<Record<string, string | undefined>>): Database {
  const { FIRESTORE_EMULATOR_HOST: host, GCLOUD_PROJECT: projectId } = env;
  // The SDK looks for the emulator in the process's own environment only.
  if (host !== undefined) process.env['FIRESTORE_EMULATOR_HOST'] = host;
  const name = `verify-${projectId ?? 'default'}-${host ?? 'cloud'}`;
  const app =
    getApps().find((one) => one.name === name) ?? initializeApp(projectId === undefined ? {} : { projectId }, name);
  return firestoreDatabase(getFirestore(app));
}

/** @returns sentences about what could not be sealed: a history that was rewritten is refused, and verified all the same */
async function seal(db: Database, env: Readonly<Record<string, string | undefined>>, orgId: string): Promise<string[]> {
  const { CHECKPOINT_DIR: checkpoints, LOCAL_KEY_DIR: keys } = env;
  if (checkpoints === undefined || keys === undefined) return [];
  const deps = { db, now: () => new Date(), signer: localSigner(keys), publisher: folderPublisher(checkpoints) };
  const refused: string[] = [];
  for (const name of STREAMS) {
    try {
      await drainStream(deps, orgId, name);
      await sealStream(deps, orgId, name, { force: true });
    } catch (error) {
      if (!isAppError(error)) throw error;
      refused.push(`The ${name} stream was not sealed: ${error.message}`);
    }
  }
  return refused;
}

async function notesAtHand(
  env: Readonly<Record<string, string | undefined>>,
  orgId: string,
  { checkpointFiles: given = [] }: VerifyRequest,
): Promise<string[] | null> {
  const { CHECKPOINT_DIR: folder } = env;
  if (folder === undefined && given.length === 0) return null;
  const published =
    folder === undefined
      ? []
      : (await Promise.all(STREAMS.map((name) => filesOfAllEpochs(folder, orgId, name)))).flatMap((files) =>
          files.slice(-MAX_CHECKPOINTS),
        );
  return Promise.all([...given, ...published].map(readText));
}

/** Those of the epochs before a restore first. */
async function filesOfAllEpochs(folder: string, orgId: string, name: StreamName): Promise<string[]> {
  const found: string[] = [];
  for (let epoch = 0; ; epoch += 1) {
    const files = await checkpointFiles(folder, orgId, name, epoch);
    // A restored database may have come to nothing before it was sealed: one gap is looked over.
    if (files.length === 0 && (await checkpointFiles(folder, orgId, name, epoch + 1)).length === 0) return found;
    found.push(...files);
  }
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new AppError('not_found', `${file} can not be read`, { cause: error });
  });
}

async function publicKeyAtHand(
  { LOCAL_KEY_DIR: folder }: Readonly<Record<string, string | undefined>>,
  { publicKeyFile }: VerifyRequest,
): Promise<Uint8Array | null> {
  const file = publicKeyFile ?? (folder === undefined ? undefined : join(folder, PUBLIC_KEY));
  if (file === undefined) return null;
  // Without a key made here nothing was signed here either; a file that was named must be there.
  if (publicKeyFile === undefined && !existsSync(file)) return null;
  return fromBase64((await readText(file)).trim(), 32);
}
