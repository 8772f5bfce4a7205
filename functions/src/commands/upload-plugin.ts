import { AppError } from '@countersign/domain/errors';
import { sha256Hex } from '@countersign/domain/hash';
import { objectPaths } from '@countersign/domain/paths';
import { manifestSchema, type Manifest } from '@countersign/domain/schemas/plugin';
import type { Deps } from '../engine/deps.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Command } from './run-command.ts';

interface Uploaded {
  readonly manifest: Manifest;
  readonly codeHash: string;
  readonly storagePath: string;
  readonly generation: string;
}

/** The manifest must not depend on when it was uploaded. */
const UPLOAD_CLOCK = { now: '2000-01-01T00:00:00.000Z', seed: 'build' };

/** Upload a plugin's bundle: its manifest is asked for in the sandbox, and it runs nowhere until somebody else activates it. */
export const uploadPlugin: Command<'uploadPlugin', Uploaded> = {
  name: 'uploadPlugin',
  roles: ['developer'],
  async prepare(deps, { orgId, code }) {
    const codeHash = sha256Hex(code);
    const manifest = await manifestOf(deps, code, codeHash);
    const storagePath = objectPaths.plugin(orgId, codeHash);
    const { generation } = await deps.objects.write(storagePath, new TextEncoder().encode(code), 'text/javascript');
    return { manifest, codeHash, storagePath, generation };
  },
  async decide({ tx, input: { orgId }, member, prepared, now, change }) {
    const { manifest, codeHash, storagePath, generation } = prepared;
    const { name, version } = manifest;
    const ref = refs.pluginVersion(orgId, name, version);
    if ((await read(tx, ref)) !== null)
      throw new AppError(
        'already_exists',
        `${name} ${version} is there already. Give the changed plugin another version.`,
      );
    change.create(ref, {
      manifest,
      codeHash,
      status: 'uploaded',
      upload: { storagePath, generation, uploadedBy: member.uid },
      createdAt: now,
    });
    const writes = change.toWrites('plugin.uploaded', { data: { plugin: name, version, codeHash } });
    return { result: { name, version, codeHash }, writes };
  },
};

async function manifestOf(deps: Deps, code: string, codeHash: string): Promise<Manifest> {
  const { result } = await deps.runPlugin({
    code,
    codeHash,
    entry: 'manifest',
    input: null,
    clock: UPLOAD_CLOCK,
    capabilities: [],
    handlers: {},
    onLog: () => undefined,
  });
  const parsed = manifestSchema.safeParse(result);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AppError(
    'invalid_argument',
    `This is no plugin's bundle: its manifest is not right: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}. Make the bundle with npm run bundle.`,
  );
}
