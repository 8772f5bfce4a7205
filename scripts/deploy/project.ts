import { REGION } from '../../functions/src/config.ts';
import type { SecretName } from '../../functions/src/secrets.ts';

/** What a project must have, beside what the deploy brings: the names that the functions rely on. */
export const SECRETS: Readonly<
  Record<SecretName, { readonly what: string; readonly create: (projectId: string) => string }>
> = {
  'stripe-secret-key': {
    what: 'the key that pays; a restricted one (balances, payouts, transfers, accounts)',
    create: (projectId) =>
      `gcloud secrets create stripe-secret-key --data-file=- --project ${projectId}    (paste the key, then Ctrl-D)`,
  },
  'stripe-webhook-secret': {
    what: 'the signing secrets of the two webhook endpoints at Stripe, divided by a comma',
    create: (projectId) =>
      `gcloud secrets create stripe-webhook-secret --data-file=- --project ${projectId}    (paste whsec_…,whsec_…, then Ctrl-D; docs/runbooks/stripe-webhooks.md)`,
  },
  'checkpoint-signing-key': {
    what: 'the Ed25519 key that signs checkpoints',
    create: (projectId) =>
      `openssl genpkey -algorithm ed25519 | gcloud secrets create checkpoint-signing-key --data-file=- --project ${projectId}`,
  },
};

export const checkpointBucket = (projectId: string): string => `${projectId}-checkpoints`;

/** The account that second-generation functions run as, unless told otherwise. */
export const functionsAccount = (projectNumber: string): string =>
  `${projectNumber}-compute@developer.gserviceaccount.com`;

/** The deploy enables what is missing of these. */
export const APIS = [
  'artifactregistry',
  'cloudbuild',
  'cloudfunctions',
  'cloudscheduler',
  'cloudtasks',
  'eventarc',
  'firebasehosting',
  'firebaserules',
  'firebasestorage',
  'firestore',
  'identitytoolkit',
  'pubsub',
  'run',
  'secretmanager',
  'storage',
] as const;

/** Roles of the functions' account, each with what it is for. What calls the functions is granted by the deploy itself. */
export const ROLES: readonly { readonly role: string; readonly or: readonly string[]; readonly why: string }[] = [
  { role: 'roles/datastore.user', or: ['roles/datastore.owner'], why: 'reads and writes Firestore' },
  {
    role: 'roles/storage.objectAdmin',
    or: ['roles/storage.admin'],
    why: 'reads uploads, writes results and checkpoints',
  },
  { role: 'roles/cloudtasks.enqueuer', or: ['roles/cloudtasks.admin'], why: 'wakes the worker' },
  { role: 'roles/iam.serviceAccountUser', or: [], why: 'signs the tasks that wake the worker' },
];

/** Either of these may do all of ROLES. */
export const WIDE_ROLES: readonly string[] = ['roles/editor', 'roles/owner'];
export const SECRET_ROLES: readonly string[] = [
  'roles/secretmanager.secretAccessor',
  'roles/secretmanager.admin',
  'roles/owner',
];

/** Locations from which a function in REGION hears of objects. */
export const BUCKET_LOCATIONS: readonly string[] = [REGION, 'us', 'nam4'];
/** Firestore beside the functions; elsewhere every commit crosses regions. */
export const NEAR_DATABASES: readonly string[] = [REGION, 'nam5', 'nam7'];
