import { AppError } from '@countersign/domain/errors';
import { GoogleAuth } from 'google-auth-library';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where secrets are set. A staged value is no secret's value until it is activated, which two people decide. */
export interface SecretStore {
  /** @returns the id under which the value waits */
  stage(name: string, value: string): Promise<string>;
  /** Makes the staged value the secret's; a second time changes nothing. */
  activate(name: string, stagedId: string): Promise<void>;
}

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const STAGED_ID = /^[0-9a-f]{32}$/;

/**
 * The store of one machine: a file each, AES-256-GCM under a key that lies beside them and never in the database. The
 * name is authenticated with the value, so that one file can't be put in another's place.
 */
export function localSecretStore(folder: string): SecretStore & { read(name: string): Promise<string | null> } {
  const key = async (): Promise<Buffer> => {
    await mkdir(folder, { recursive: true });
    const path = join(folder, 'key');
    await writeFile(path, randomBytes(KEY_BYTES), { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    return readFile(path);
  };
  const put = async (file: string, value: string): Promise<void> => {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', await key(), iv).setAAD(Buffer.from(file));
    const sealed = Buffer.concat([iv, cipher.update(value, 'utf8'), cipher.final()]);
    await writeFile(join(folder, file), Buffer.concat([sealed, cipher.getAuthTag()]), { mode: 0o600 });
  };
  const get = async (file: string): Promise<string | null> => {
    const sealed = await readFile(join(folder, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (sealed === null) return null;
    const decipher = createDecipheriv('aes-256-gcm', await key(), sealed.subarray(0, IV_BYTES));
    decipher.setAAD(Buffer.from(file)).setAuthTag(sealed.subarray(-TAG_BYTES));
    return decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  };
  return {
    read: (name) => get(`${name}.active`),
    async stage(name, value) {
      const id = randomBytes(16).toString('hex');
      await put(`${name}.${id}`, value);
      return id;
    },
    async activate(name, stagedId) {
      if (!STAGED_ID.test(stagedId)) throw new AppError('invalid_argument', 'This is no staged secret');
      const value = await get(`${name}.${stagedId}`);
      if (value === null) throw stagedIsGone(name);
      await put(`${name}.active`, value);
    },
  };
}

/**
 * Secret Manager: a proposed value is a version of the secret `NAME-proposed`, which nothing but this reads; activating
 * makes it the newest version of `NAME`.
 */
export function cloudSecretStore(): SecretStore {
  const call = async (path: string, data?: unknown): Promise<Record<string, unknown>> => {
    const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
    const url = `https://secretmanager.googleapis.com/v1/projects/${await auth.getProjectId()}/${path}`;
    const response = await auth.request<Record<string, unknown>>({
      url,
      timeout: CLOUD_TIMEOUT_MS,
      ...(data === undefined ? {} : { method: 'POST', data }),
    });
    return response.data;
  };
  const addVersion = async (secret: string, data: string): Promise<string> => {
    const { name } = await call(`secrets/${secret}:addVersion`, { payload: { data } });
    return String(name).split('/').at(-1) ?? '';
  };
  return {
    async stage(name, value) {
      await call(`secrets?secretId=${name}-proposed`, { replication: { automatic: {} } }).catch((error: unknown) => {
        if (!(error instanceof Error && 'status' in error && error.status === ALREADY_THERE)) throw error;
      });
      return addVersion(`${name}-proposed`, Buffer.from(value, 'utf8').toString('base64'));
    },
    async activate(name, stagedId) {
      if (!/^\d{1,10}$/.test(stagedId)) throw new AppError('invalid_argument', 'This is no staged secret');
      const { payload } = await call(`secrets/${name}-proposed/versions/${stagedId}:access`);
      const data: unknown = typeof payload === 'object' && payload !== null && 'data' in payload ? payload.data : null;
      if (typeof data !== 'string') throw stagedIsGone(name);
      await addVersion(name, data);
    },
  };
}

const CLOUD_TIMEOUT_MS = 10_000;
const ALREADY_THERE = 409;

export function stagedIsGone(name: string): AppError {
  return new AppError('failed_precondition', `The proposed value of ${name} is no longer there. Propose it again.`);
}
