import * as z from 'zod';
import { REGION } from '../../functions/src/config.ts';
import type { SecretName } from '../../functions/src/secrets.ts';
import type { Finding } from './finding.ts';
import type { Answer } from './google.ts';
import {
  APIS,
  BUCKET_LOCATIONS,
  checkpointBucket,
  functionsAccount,
  NEAR_DATABASES,
  ROLES,
  SECRET_ROLES,
  SECRETS,
  WIDE_ROLES,
} from './project.ts';

/** Each of these turns the answers of Google's APIs into a finding. Pure; answers are read leniently. */

const errorSchema = z.object({ error: z.object({ message: z.string(), status: z.string().optional() }) });

/** Why an answer is none: Google's own words, cut. */
export function reasonOf({ status, body }: Answer): string {
  const parsed = errorSchema.safeParse(body);
  const words = parsed.success ? parsed.data.error.message : typeof body === 'string' ? body : '';
  return `${status === 0 ? 'no answer' : `answer ${status}`}${words === '' ? '' : `: ${words.split('\n')[0]?.slice(0, 200)}`}`;
}

const notAsked = (check: string, answer: Answer, consequence: string): Finding => ({
  check,
  verdict: 'unknown',
  message: `could not be asked (${reasonOf(answer)}); ${consequence}`,
});

const projectSchema = z.object({
  projectId: z.string(),
  projectNumber: z.string(),
  displayName: z.string().optional(),
  state: z.string().optional(),
});

export function judgeProject(
  projectId: string,
  answer: Answer,
): { readonly finding: Finding; readonly projectNumber: string | null } {
  const parsed = answer.status === 200 ? projectSchema.safeParse(answer.body) : null;
  if (parsed?.success === true && parsed.data.state !== 'DELETED') {
    const name = parsed.data.displayName === undefined ? '' : ` (${parsed.data.displayName})`;
    return {
      finding: { check: 'Project', verdict: 'ok', message: `${projectId}${name}, number ${parsed.data.projectNumber}` },
      projectNumber: parsed.data.projectNumber,
    };
  }
  const finding = ((): Finding => {
    if (answer.status === 0)
      return {
        check: 'Project',
        verdict: 'failed',
        message: `Firebase does not answer: ${String(answer.body).slice(0, 200)}`,
        remedy: 'Check the network and the sign-in: npx firebase projects:list',
      };
    return {
      check: 'Project',
      verdict: 'failed',
      message: `there is no Firebase project ${projectId} that this account can see (${reasonOf(answer)})`,
      remedy: `npx firebase projects:list names those it can see. An existing Google Cloud project: npx firebase projects:addfirebase ${projectId}`,
    };
  })();
  return { finding, projectNumber: null };
}

export function judgeBilling(projectId: string, answer: Answer): Finding {
  const parsed = z.object({ billingEnabled: z.boolean().optional() }).safeParse(answer.body);
  if (answer.status !== 200 || !parsed.success) return notAsked('Billing', answer, 'functions need the Blaze plan');
  if (parsed.data.billingEnabled === true)
    return { check: 'Billing', verdict: 'ok', message: 'the project has a billing account (Blaze)' };
  return {
    check: 'Billing',
    verdict: 'failed',
    message: 'the project has no billing account, and functions need the Blaze plan',
    remedy: `https://console.firebase.google.com/project/${projectId}/usage/details`,
  };
}

/** @returns as well the APIs that are off, in full */
export function judgeApis(answer: Answer): { readonly finding: Finding; readonly disabled: readonly string[] } {
  const parsed = z
    .object({ services: z.array(z.object({ name: z.string(), state: z.string() })).default([]) })
    .safeParse(answer.body);
  if (answer.status !== 200 || !parsed.success)
    return { finding: notAsked('APIs', answer, 'the deploy enables those that are off'), disabled: [] };
  const enabled = new Set(
    parsed.data.services.filter(({ state }) => state === 'ENABLED').map(({ name }) => name.split('/').at(-1)),
  );
  const disabled = APIS.map((api) => `${api}.googleapis.com`).filter((api) => !enabled.has(api));
  const message =
    disabled.length === 0
      ? `all ${APIS.length} are on`
      : `${APIS.length - disabled.length} of ${APIS.length} are on; the deploy enables the others`;
  return { finding: { check: 'APIs', verdict: 'ok', message }, disabled };
}

export function judgeDatabase(projectId: string, answer: Answer): Finding {
  const check = 'Firestore';
  const parsed = z.object({ type: z.string().optional(), locationId: z.string() }).safeParse(answer.body);
  if (answer.status === 404) {
    return {
      check,
      verdict: 'failed',
      message: 'the project has no database "(default)"',
      remedy: `npx firebase firestore:databases:create "(default)" --location nam5 --project ${projectId}`,
    };
  }
  if (answer.status !== 200 || !parsed.success) return notAsked(check, answer, 'the deploy fails without a database');
  const { type, locationId } = parsed.data;
  if (type === 'DATASTORE_MODE')
    return {
      check,
      verdict: 'failed',
      message: 'the database is in Datastore mode, which has no listeners',
      remedy: 'Use a project whose database is in native mode.',
    };
  if (NEAR_DATABASES.includes(locationId))
    return { check, verdict: 'ok', message: `the database lies in ${locationId}` };
  return {
    check,
    verdict: 'warning',
    message: `the database lies in ${locationId}, the functions in ${REGION}: every commit goes from one to the other`,
  };
}

export function judgeUploadBucket(projectId: string, bucket: string | null, answer: Answer): Finding {
  const check = 'Storage';
  const remedy = `https://console.firebase.google.com/project/${projectId}/storage (Get started), in ${BUCKET_LOCATIONS.join(' or ')}`;
  if (bucket === null || answer.status === 404)
    return { check, verdict: 'failed', message: 'the project has no default bucket for uploads', remedy };
  const parsed = z.object({ location: z.string() }).safeParse(answer.body);
  if (answer.status !== 200 || !parsed.success) return notAsked(check, answer, `uploads go to ${bucket}`);
  const location = parsed.data.location.toLowerCase();
  if (!BUCKET_LOCATIONS.includes(location))
    return {
      check,
      verdict: 'failed',
      message: `${bucket} lies in ${location}, where a function in ${REGION} can't hear of uploads`,
      remedy,
    };
  return { check, verdict: 'ok', message: `uploads go to ${bucket} in ${location}` };
}

export function judgeSignIn(projectId: string, answer: Answer): Finding {
  const check = 'Sign-in of members';
  const parsed = z
    .object({ signIn: z.object({ email: z.object({ enabled: z.boolean().optional() }).optional() }).optional() })
    .safeParse(answer.body);
  const remedy = `https://console.firebase.google.com/project/${projectId}/authentication/providers (Email/Password)`;
  if (answer.status === 404)
    return { check, verdict: 'failed', message: 'Firebase Authentication has not been set up', remedy };
  if (answer.status !== 200 || !parsed.success)
    return notAsked(check, answer, 'members sign in with e-mail and password');
  if (parsed.data.signIn?.email?.enabled === true) return { check, verdict: 'ok', message: 'e-mail and password' };
  return { check, verdict: 'failed', message: 'e-mail and password are off, and the app has no other way in', remedy };
}

export function judgeHosting(projectId: string, answer: Answer): Finding {
  const check = 'Hosting';
  const parsed = z
    .object({
      sites: z
        .array(z.object({ name: z.string(), type: z.string().optional(), defaultUrl: z.string().optional() }))
        .default([]),
    })
    .safeParse(answer.body);
  if (answer.status !== 200 || !parsed.success) return notAsked(check, answer, 'the deploy fails without a site');
  const site =
    parsed.data.sites.find(({ type }) => type === 'DEFAULT_SITE') ??
    (parsed.data.sites.length === 1 ? parsed.data.sites[0] : undefined);
  if (site === undefined)
    return {
      check,
      verdict: 'failed',
      message: 'the project has no default site',
      remedy: `npx firebase hosting:sites:create ${projectId} --project ${projectId}`,
    };
  return { check, verdict: 'ok', message: site.defaultUrl ?? site.name };
}

/** @param version metadata of the newest version: its value is never asked for */
export function judgeSecret(projectId: string, name: SecretName, version: Answer): Finding {
  const check = `Secret ${name}`;
  const { what, create } = SECRETS[name];
  if (version.status === 404)
    return { check, verdict: 'failed', message: `is not in Secret Manager: ${what}`, remedy: create(projectId) };
  if (version.status === 403 && isApiOff(version)) {
    return {
      check,
      verdict: 'failed',
      message: `Secret Manager is off, so it can't be there: ${what}`,
      remedy: `gcloud services enable secretmanager.googleapis.com --project ${projectId}\n${create(projectId)}`,
    };
  }
  const parsed = z.object({ name: z.string(), state: z.string() }).safeParse(version.body);
  if (version.status !== 200 || !parsed.success)
    return notAsked(check, version, 'without it no run can be planned or sealed');
  const number = parsed.data.name.split('/').at(-1) ?? '';
  if (parsed.data.state === 'ENABLED') return { check, verdict: 'ok', message: `version ${number}` };
  return {
    check,
    verdict: 'failed',
    message: `its newest version ${number} is ${parsed.data.state.toLowerCase()}, and the functions read the newest`,
    remedy: `Add a version: ${create(projectId).replace('secrets create', 'secrets versions add')}`,
  };
}

function isApiOff({ body }: Answer): boolean {
  return (
    JSON.stringify(body ?? '').includes('SERVICE_DISABLED') ||
    reasonOf({ status: 403, body }).includes('has not been used in project')
  );
}

const policySchema = z.object({
  bindings: z
    .array(z.object({ role: z.string(), members: z.array(z.string()).default([]), condition: z.unknown().optional() }))
    .default([]),
});

/** Roles that a policy gives to a member without conditions; null when it could not be read. */
export function rolesOf(policy: Answer, member: string): readonly string[] | null {
  const parsed = policySchema.safeParse(policy.body);
  if (policy.status !== 200 || !parsed.success) return null;
  return parsed.data.bindings
    .filter((binding) => binding.condition === undefined && binding.members.includes(member))
    .map(({ role }) => role);
}

/** May the functions do their work? Given by roles on the project, and for secrets also on the secret itself. */
export function judgeAccount(
  projectId: string,
  projectNumber: string,
  project: Answer,
  secrets: Readonly<Record<SecretName, Answer>>,
): Finding[] {
  const account = functionsAccount(projectNumber);
  const member = `serviceAccount:${account}`;
  const held = rolesOf(project, member);
  if (held === null)
    return [
      notAsked(
        'Functions’ account',
        project,
        `${account} must be able to use Firestore, Storage, Tasks and the secrets`,
      ),
    ];
  const missing = held.some((role) => WIDE_ROLES.includes(role))
    ? []
    : ROLES.filter(({ role, or }) => !held.includes(role) && !or.some((other) => held.includes(other)));
  const grant = (role: string): string =>
    `gcloud projects add-iam-policy-binding ${projectId} --member ${member} --role ${role} --condition None`;
  const work: Finding =
    missing.length === 0
      ? { check: 'Functions’ account', verdict: 'ok', message: account }
      : {
          check: 'Functions’ account',
          verdict: 'failed',
          message: `${account} lacks ${missing.map(({ role, why }) => `${role} (${why})`).join(', ')}`,
          remedy: missing.map(({ role }) => grant(role)).join('\n'),
        };
  return [work, judgeSecretAccess(projectId, member, held, secrets)];
}

function judgeSecretAccess(
  projectId: string,
  member: string,
  held: readonly string[],
  secrets: Readonly<Record<SecretName, Answer>>,
): Finding {
  const check = 'Functions’ secrets';
  const names = Object.keys(secrets) as SecretName[];
  const may = (roles: readonly string[] | null): boolean => roles?.some((role) => SECRET_ROLES.includes(role)) === true;
  // The editor's role does not read secrets.
  const closed = may(held) ? [] : names.filter((name) => !may(rolesOf(secrets[name], member)));
  if (closed.length === 0) return { check, verdict: 'ok', message: 'may be read by the functions' };
  const role = SECRET_ROLES[0] ?? '';
  return {
    check,
    verdict: 'failed',
    message: `${closed.join(' and ')} can't be read by the functions`,
    remedy: closed
      .map(
        (name) =>
          `gcloud secrets add-iam-policy-binding ${name} --member ${member} --role ${role} --project ${projectId}`,
      )
      .join('\n'),
  };
}

const SOME_DAYS = 365;
const DAY_SECONDS = 86_400;

export function judgeCheckpointBucket(projectId: string, answer: Answer): Finding {
  const check = 'Checkpoints';
  const bucket = checkpointBucket(projectId);
  const lock = `gcloud storage buckets update gs://${bucket} --retention-period=10y\ngcloud storage buckets update gs://${bucket} --lock-retention-period    (can not be undone)`;
  if (answer.status === 404) {
    return {
      check,
      verdict: 'failed',
      message: `there is no bucket ${bucket}: published checkpoints are what a rewritten history is found by`,
      remedy: `gcloud storage buckets create gs://${bucket} --project ${projectId} --location ${REGION} --uniform-bucket-level-access --public-access-prevention\n${lock}`,
    };
  }
  const parsed = z
    .object({
      retentionPolicy: z
        .object({ retentionPeriod: z.string().optional(), isLocked: z.boolean().optional() })
        .optional(),
    })
    .safeParse(answer.body);
  if (answer.status !== 200 || !parsed.success) return notAsked(check, answer, `checkpoints go to ${bucket}`);
  const { retentionPolicy } = parsed.data;
  const days = Math.floor(Number(retentionPolicy?.retentionPeriod ?? 0) / DAY_SECONDS);
  if (retentionPolicy?.isLocked === true && days >= SOME_DAYS)
    return { check, verdict: 'ok', message: `${bucket} keeps each for ${days} days, locked` };
  const found =
    days === 0
      ? 'keeps nothing by force'
      : retentionPolicy?.isLocked === true
        ? `keeps each for ${days} days only`
        : `keeps each for ${days} days, but not locked`;
  return {
    check,
    verdict: 'warning',
    message: `${bucket} ${found}: who owns the project can remove published checkpoints`,
    remedy: lock,
  };
}

const issuesSchema = z.object({
  issues: z
    .array(
      z.object({
        description: z.string(),
        severity: z.string(),
        sourcePosition: z.object({ line: z.number().optional(), column: z.number().optional() }).optional(),
      }),
    )
    .default([]),
});

export function judgeRules(file: string, answer: Answer): Finding {
  const check = `Rules ${file}`;
  const parsed = issuesSchema.safeParse(answer.body);
  if (answer.status !== 200 || !parsed.success)
    return notAsked(check, answer, 'the deploy compiles them before anything is released');
  const say = ({ description, sourcePosition: at }: z.infer<typeof issuesSchema>['issues'][number]): string =>
    `${file}:${at?.line ?? 0}:${at?.column ?? 0} ${description}`;
  const errors = parsed.data.issues.filter(({ severity }) => severity === 'ERROR');
  if (errors.length > 0)
    return {
      check,
      verdict: 'failed',
      message: `${errors.length} ${errors.length === 1 ? 'error' : 'errors'}`,
      remedy: errors.slice(0, 5).map(say).join('\n'),
    };
  const others = parsed.data.issues.length;
  return {
    check,
    verdict: 'ok',
    message: others === 0 ? 'compile' : `compile, with ${others} ${others === 1 ? 'warning' : 'warnings'}`,
  };
}
