import type { StoredFile } from '@countersign/domain/schemas/file';
import type { CheckResult } from './check-worker.ts';

/** A file that was chosen in the form, on its way from the disk to the server. */
export type ChosenFile =
  | { readonly state: 'checking'; readonly file: File; readonly stored?: StoredFile }
  | {
      readonly state: 'checked';
      readonly file: File;
      /** Null when the parameter names no columns, so that there is nothing to check before the server does. */
      readonly result: CheckResult | null;
      readonly usable: boolean;
      /** What the server made of it, once it was uploaded: a second attempt needs no second upload. */
      readonly stored?: StoredFile;
    }
  | { readonly state: 'unreadable'; readonly file: File; readonly message: string; readonly stored?: StoredFile };

/** A file can be sent when it has rows to send, whatever is wrong with some of them: the plan leaves those out. */
export function isUsable(result: CheckResult | null): boolean {
  return result === null || (result.ok && result.checked.control.accepted.rows > 0);
}
