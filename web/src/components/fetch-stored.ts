import type { Services } from '../app/services.ts';

/** The bytes of a stored file, through the signed-in session. @throws FirebaseError `storage/unauthorized` and others */
export async function fetchStored(storage: Services['storage'], storagePath: string): Promise<Blob> {
  const [{ getBlob, ref }, service] = await Promise.all([import('firebase/storage'), storage()]);
  return getBlob(ref(service, storagePath));
}
