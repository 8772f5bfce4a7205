import { objectPaths } from '@countersign/domain/paths';
import { type StoredFile, fileSchema } from '@countersign/domain/schemas/file';
import { FirebaseError } from 'firebase/app';
import { collection, limit, onSnapshot, query, where } from 'firebase/firestore';
import { describeIssue } from '../../app/live.ts';
import type { Services } from '../../app/services.ts';
import { refs } from '../../refs.ts';

/** Until the server has read the upload: it streams the object once, which takes a second or two for large files. */
const SERVER_TIMEOUT_MS = 60_000;

/**
 * Upload a file and wait until the server has read it.
 * @param onProgress share of the bytes that are there, 0 to 1
 * @returns the file's document, `ready` or `refused`
 * @throws Error with a message for people
 */
export async function uploadFile(
  services: Services,
  owner: { readonly orgId: string; readonly uid: string },
  file: File,
  onProgress: (share: number) => void,
): Promise<StoredFile> {
  const storagePath = objectPaths.upload(owner.orgId, owner.uid, crypto.randomUUID(), safeName(file.name));
  const [{ ref, uploadBytesResumable }, storage] = await Promise.all([import('firebase/storage'), services.storage()]);
  const task = uploadBytesResumable(ref(storage, storagePath), file, {
    contentType: file.type === '' ? 'text/csv' : file.type,
  });
  task.on('state_changed', (snapshot) =>
    onProgress(snapshot.totalBytes === 0 ? 1 : snapshot.bytesTransferred / snapshot.totalBytes),
  );
  try {
    await task;
  } catch (error) {
    throw new Error(explainUpload(error), { cause: error });
  }
  return waitForFile(services, owner.orgId, storagePath);
}

function waitForFile({ firestore }: Services, orgId: string, storagePath: string): Promise<StoredFile> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      stop();
      settle();
    };
    const timer = setTimeout(
      () =>
        finish(() =>
          reject(new Error('The upload is there, but the server has not read it yet. Try again in a minute.')),
        ),
      SERVER_TIMEOUT_MS,
    );
    const stop = onSnapshot(
      query(collection(firestore, refs.files(orgId, null).path), where('storagePath', '==', storagePath), limit(1)),
      (snapshot) => {
        const [document] = snapshot.docs;
        if (!document) return;
        const parsed = fileSchema.safeParse(document.data());
        finish(() =>
          parsed.success
            ? resolve(parsed.data)
            : reject(
                new Error(`The server's record of the file can't be read: ${describeIssue(parsed.error.issues[0])}`),
              ),
        );
      },
      (error) => finish(() => reject(new Error(`The server's record of the file can't be read: ${error.message}`))),
    );
  });
}

/** Names keep what the storage rules allow: no control characters, no slashes, at most 200 characters. */
export function safeName(name: string): string {
  const clean = name.replace(/[\p{Cc}/\\]/gu, '_').trim();
  return clean === '' ? 'upload.csv' : clean.slice(-200);
}

function explainUpload(error: unknown): string {
  const code = error instanceof FirebaseError ? error.code : '';
  if (code === 'storage/unauthorized')
    return 'The upload was refused. Operators may upload text files of up to 128 MB.';
  if (code === 'storage/retry-limit-exceeded')
    return 'The connection is too slow or broken. Nothing was sent twice; try again.';
  if (code === 'storage/canceled') return 'The upload was cancelled.';
  return error instanceof Error ? error.message : String(error);
}
