import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@countersign/domain/errors';
import type { StreamName } from '@countersign/domain/schemas/stream';
import type { CheckpointPublisher, Shelf } from './ports.ts';

/** Sizes are padded, so that names sort by size. */
const fileOf = (size: number): string => `${String(size).padStart(16, '0')}.txt`;
const FILE = /^\d{16}\.txt$/;

/** @param folder env CHECKPOINT_DIR: `{folder}/{orgId}/{stream}/{size}.txt` (`{stream}.{epoch}` after a restore), outside the database; never overwritten */
export function folderPublisher(folder: string): CheckpointPublisher {
  return {
    publish: async (orgId, name, size, note, epoch = 0) => {
      const within = await ready(folder, orgId, epochName(name, epoch));
      const there = await createOnce(within, fileOf(size), note);
      if (!isSameCheckpoint(there, note)) {
        throw new AppError(
          'failed_precondition',
          `Another checkpoint of the ${name} stream at size ${size} has been published: history was rewritten`,
          { details: { orgId, name, size } },
        );
      }
    },
    latest: async (orgId, name, epoch = 0) => {
      const newest = (await checkpointFiles(folder, orgId, name, epoch)).at(-1);
      return newest === undefined ? null : readFile(newest, 'utf8');
    },
    keep: async (orgId, name, shelf, file, text, epoch = 0) => {
      await createOnce(await ready(folder, orgId, shelfName(name, shelf, epoch)), `${file}.txt`, text);
    },
  };
}

/** What was published may have got cosignatures of witnesses since: further lines below ours. */
export const isSameCheckpoint = (published: string, note: string): boolean => published.startsWith(note);

/** Paths of a stream's published checkpoints, by size. */
export async function checkpointFiles(folder: string, orgId: string, name: StreamName, epoch = 0): Promise<string[]> {
  const within = join(folder, orgId, epochName(name, epoch));
  const names = await readdir(within).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((file) => FILE.test(file))
    .sort()
    .map((file) => join(within, file));
}

/** Where a stream's checkpoints of one epoch lie. */
export const epochName = (name: StreamName, epoch: number): string => (epoch === 0 ? name : `${name}.${epoch}`);

/** Where what belongs to them lies: a folder of its own, so that what lists checkpoints finds nothing else. */
export const shelfName = (name: StreamName, shelf: Shelf, epoch: number): string =>
  `${epochName(name, epoch)}.${shelf}`;

async function ready(folder: string, orgId: string, name: string): Promise<string> {
  const within = join(folder, orgId, name);
  await mkdir(within, { recursive: true });
  return within;
}

/** @returns what lies there now: this text, or the one that was there before */
async function createOnce(within: string, file: string, text: string): Promise<string> {
  const path = join(within, file);
  const draft = join(within, `.${randomUUID()}`);
  await writeFile(draft, text);
  // A link appears whole or not at all, and never in place of another.
  const there = await link(draft, path).then(
    () => text,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      return readFile(path, 'utf8');
    },
  );
  await unlink(draft);
  return there;
}
