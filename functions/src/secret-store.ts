import { AppError } from '@countersign/domain/errors';
import { GoogleAuth } from 'google-auth-library';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface StoredVersion {
  readonly id: string;
  readonly storedAt: string;
}

/**
 * Where values of secrets lie: each a version of its own, under an id, and never changed. Which of them is in force is
 * not said here but in the document `secrets/{name}`, so that it changes in one commit.
 */
export interface SecretStore {
  /** @returns the id of the new version; nothing reads it before a document names it */
  stage(name: string, value: string): Promise<string>;
  /** @throws AppError `failed_precondition` when there is no such version (any more) */
  read(name: string, id: string): Promise<string>;
  /** Gone for good. One that is not there is gone already. */
  discard(name: string, id: string): Promise<void>;
  /** What is stored of a secret, a thousand at most, newest first where the store knows an order. */
  list(name: string): Promise<StoredVersion[]>;
}

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const MAX_LISTED = 1_000;
const LOCAL_ID = /^[0-9a-f]{32}$/;
const CLOUD_ID = /^\d{1,10}$/;

/**
 * The store of one machine: a file each, AES-256-GCM under a key that lies beside them and never in the database. The
 * name is authenticated with the value, so that one file can't be put in another's place.
 */
export function localSecretStore(folder: string): SecretStore {
  const key = async (): Promise<Buffer> => {
    await mkdir(folder, { recursive: true });
    const path = join(folder, 'key');
    await writeFile(path, randomBytes(KEY_BYTES), { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    return readFile(path);
  };
  const fileOf = (name: string, id: string): string => {
    if (!LOCAL_ID.test(id)) throw stagedIsGone(name);
    return `${name}.${id}`;
  };
  return {
    async stage(name, value) {
      const id = randomBytes(16).toString('hex');
      const file = fileOf(name, id);
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', await key(), iv).setAAD(Buffer.from(file));
      const sealed = Buffer.concat([iv, cipher.update(value, 'utf8'), cipher.final()]);
      await writeFile(join(folder, file), Buffer.concat([sealed, cipher.getAuthTag()]), { mode: 0o600 });
      return id;
    },
    async read(name, id) {
      const file = fileOf(name, id);
      const sealed = await readFile(join(folder, file)).catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOENT' ? stagedIsGone(name) : error;
      });
      const decipher = createDecipheriv('aes-256-gcm', await key(), sealed.subarray(0, IV_BYTES));
      decipher.setAAD(Buffer.from(file)).setAuthTag(sealed.subarray(-TAG_BYTES));
      return decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    },
    async discard(name, id) {
      await rm(join(folder, fileOf(name, id)), { force: true });
    },
    async list(name) {
      const files = await readdir(folder).catch(() => []);
      const ids = files.flatMap((file) => (file.startsWith(`${name}.`) ? [file.slice(name.length + 1)] : []));
      const found = ids.filter((id) => LOCAL_ID.test(id)).slice(0, MAX_LISTED);
      return Promise.all(
        found.map(async (id) => ({ id, storedAt: (await stat(join(folder, fileOf(name, id)))).mtime.toISOString() })),
      );
    },
  };
}

const CLOUD_TIMEOUT_MS = 10_000;
const CLOUD_PAGE = 100;
const NOT_FOUND = 404;
const ALREADY_THERE = 409;
/** Secret Manager's answer for a version that is destroyed already. */
const PRECONDITION_FAILED = 400;
const FORBIDDEN = 403;

/** Asks Secret Manager; the path is below the project's. */
type Call = (path: string, data?: unknown) => Promise<Record<string, unknown>>;

const callSecretManager: Call = async (path, data) => {
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
  const url = `https://secretmanager.googleapis.com/v1/projects/${await auth.getProjectId()}/${path}`;
  const response = await auth.request<Record<string, unknown>>({
    url,
    timeout: CLOUD_TIMEOUT_MS,
    ...(data === undefined ? {} : { method: 'POST', data }),
  });
  return response.data;
};

const statusOf = (error: unknown): unknown => (error instanceof Error && 'status' in error ? error.status : null);

/** Secret Manager: the values of a secret are versions of `NAME-proposed`, which nothing but this reads. */
export function cloudSecretStore(call: Call = callSecretManager): SecretStore {
  const versionOf = (name: string, id: string): string => {
    if (!CLOUD_ID.test(id)) throw stagedIsGone(name);
    return `secrets/${name}-proposed/versions/${id}`;
  };
  return {
    async stage(name, value) {
      await call(`secrets?secretId=${name}-proposed`, { replication: { automatic: {} } }).catch((error: unknown) => {
        if (statusOf(error) !== ALREADY_THERE) throw error;
      });
      const data = Buffer.from(value, 'utf8').toString('base64');
      const added = await call(`secrets/${name}-proposed:addVersion`, { payload: { data } });
      return String(added['name']).split('/').at(-1) ?? '';
    },
    async read(name, id) {
      const { payload } = await call(`${versionOf(name, id)}:access`).catch((error: unknown) => {
        throw [NOT_FOUND, PRECONDITION_FAILED].includes(Number(statusOf(error))) ? stagedIsGone(name) : error;
      });
      const data: unknown = typeof payload === 'object' && payload !== null && 'data' in payload ? payload.data : null;
      if (typeof data !== 'string') throw stagedIsGone(name);
      return Buffer.from(data, 'base64').toString('utf8');
    },
    async discard(name, id) {
      await call(`${versionOf(name, id)}:destroy`, {}).catch((error: unknown) => {
        if (![NOT_FOUND, PRECONDITION_FAILED].includes(Number(statusOf(error)))) throw error;
      });
    },
    list: (name) => listVersions(call, name),
  };
}

async function listVersions(call: Call, name: string): Promise<StoredVersion[]> {
  const found: StoredVersion[] = [];
  let token = '';
  while (found.length < MAX_LISTED) {
    const query = `pageSize=${CLOUD_PAGE}&filter=state%3AENABLED&pageToken=${encodeURIComponent(token)}`;
    const page = await call(`secrets/${name}-proposed/versions?${query}`).catch((error: unknown) => {
      // Nothing was ever proposed; or the account may neither stage nor list: then there is nothing of ours either.
      if ([NOT_FOUND, FORBIDDEN].includes(Number(statusOf(error)))) return {} as Record<string, unknown>;
      throw error;
    });
    for (const version of Array.isArray(page['versions']) ? (page['versions'] as unknown[]) : []) {
      const { name: path, createTime } = version as { name?: unknown; createTime?: unknown };
      const id = typeof path === 'string' ? (path.split('/').at(-1) ?? '') : '';
      if (CLOUD_ID.test(id) && typeof createTime === 'string') found.push({ id, storedAt: createTime });
    }
    token = typeof page['nextPageToken'] === 'string' ? page['nextPageToken'] : '';
    if (token === '') break;
  }
  return found;
}

export function stagedIsGone(name: string): AppError {
  return new AppError('failed_precondition', `This value of ${name} is no longer there. Propose it again.`);
}
