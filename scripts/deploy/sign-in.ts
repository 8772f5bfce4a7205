import * as z from 'zod';
import type { Finding } from './finding.ts';
import type { CliAnswer } from './firebase-cli.ts';

/** Where a sign-in may come from besides `firebase login`; files by whether they are there. */
export interface SignInHints {
  /** GOOGLE_APPLICATION_CREDENTIALS. */
  readonly credentials: { readonly path: string; readonly exists: boolean } | null;
  /** FIREBASE_TOKEN is set. */
  readonly token: boolean;
  /** gcloud's own default credentials. */
  readonly gcloudDefault: boolean;
}

const accountsSchema = z.array(z.object({ user: z.object({ email: z.string() }) }));
const REMEDY =
  'npx firebase login\nor set GOOGLE_APPLICATION_CREDENTIALS to the file of a service account that may deploy';

/** As whom will the Firebase CLI act? In its own order of choice. @param list answer of `firebase login:list` */
export function judgeCliSignIn(list: CliAnswer, hints: SignInHints): Finding {
  const check = 'Sign-in';
  if (hints.token)
    return { check, verdict: 'ok', message: 'by FIREBASE_TOKEN (deprecated by Firebase: a service account is better)' };
  const accounts = list.status === 'success' ? accountsSchema.safeParse(list.result ?? []) : null;
  const first = accounts?.success === true ? accounts.data[0] : undefined;
  if (first !== undefined) return { check, verdict: 'ok', message: first.user.email };
  if (hints.credentials !== null) {
    if (hints.credentials.exists)
      return { check, verdict: 'ok', message: 'by the service account of GOOGLE_APPLICATION_CREDENTIALS' };
    return {
      check,
      verdict: 'failed',
      message: `GOOGLE_APPLICATION_CREDENTIALS names ${hints.credentials.path}, which does not exist`,
      remedy: REMEDY,
    };
  }
  if (hints.gcloudDefault) return { check, verdict: 'ok', message: 'by gcloud’s default credentials' };
  if (list.status === 'error') return { check, verdict: 'failed', message: list.error, remedy: REMEDY };
  return { check, verdict: 'failed', message: 'nobody is signed in to Firebase', remedy: REMEDY };
}
