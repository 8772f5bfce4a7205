import type { StoredFile } from '@countersign/domain/schemas/file';
import type { Services } from '../../app/services.ts';
import type { ChosenFile } from './chosen-file.ts';
import { uploadFile } from './upload.ts';

/**
 * Upload the chosen files that the server does not have yet, one after the other.
 * @param files by parameter
 * @param on what happens meanwhile: the share of the present file, 0 to 1, and what the server made of one
 * @returns ids of the stored files by parameter
 * @throws Error with a message for people, also when the server refuses one of them
 */
export async function storeFiles(
  services: Services,
  owner: { readonly orgId: string; readonly uid: string },
  files: Readonly<Record<string, ChosenFile>>,
  on: {
    readonly progress: (share: number) => void;
    readonly stored: (parameter: string, file: ChosenFile & { readonly stored: StoredFile }) => void;
  },
): Promise<Record<string, string>> {
  const ids: Record<string, string> = {};
  for (const [parameter, chosen] of Object.entries(files)) {
    on.progress(0);
    const stored = chosen.stored ?? (await uploadFile(services, owner, chosen.file, on.progress));
    on.stored(parameter, { ...chosen, stored });
    if (stored.status === 'refused')
      throw new Error(`The server refuses ${stored.name}. What to mend stands at the file.`);
    ids[parameter] = stored.id;
  }
  return ids;
}
