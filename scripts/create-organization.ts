/** `npm run create-organization`: found an organization in a project, with its first members. */
import { isCurrency } from '@countersign/domain/money/currencies';
import { roleSchema, type Role } from '@countersign/domain/schemas/common';
import { parseArgs } from 'node:util';
import { runCommandLine, UsageError, useProject } from './command-line.ts';
import type { NewOrganization } from './organization/found.ts';

const USAGE = `npm run create-organization -- [--project ID] --id acme --name "Acme Ltd" --currency USD --time-zone Europe/London
    --member "ann@acme.example,Ann Admin,admin" --member "omar@acme.example,Omar Operator,operator" …
  Without --project, the platform that runs here (npm start). With it: Google application default credentials that may
  administer the project (gcloud auth application-default login), and the secrets and bucket that npm run deploy checks.
  Members who have no sign-in get one; they set their password by "forgot password", or here have the demo's. At least one
  operator, one approver who is somebody else, and one admin are needed.`;
/** Only ever on a machine of one's own: the Auth emulator knows no real account, and sends no e-mail. */
const LOCAL_PASSWORD = 'countersign-demo';

interface Asked extends Omit<NewOrganization, 'members'> {
  readonly project: string | undefined;
  readonly members: readonly { readonly email: string; readonly name: string; readonly roles: readonly Role[] }[];
}

async function main(): Promise<number> {
  const asked = readArguments();
  const local = await useProject(asked.project);
  const { runtime } = await import('../functions/src/runtime.ts');
  const { foundOrganization } = await import('./organization/found.ts');
  const deps = runtime();
  const members = [];
  for (const member of asked.members)
    members.push({ ...member, uid: await signInOf(member, asked.id, local === null ? undefined : LOCAL_PASSWORD) });
  await foundOrganization(deps, { ...asked, members });
  console.log(`Organization ${asked.id} with ${members.length} members is there.`);
  if (local !== null) {
    console.log(`Sign in at ${local.appUrl}; who had no sign-in yet has the password ${LOCAL_PASSWORD}.`);
    console.log(`What other commands do there, they do with --org ${asked.id}.`);
  }
  return 0;
}

function readArguments(): Asked {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      project: text,
      id: text,
      name: text,
      currency: text,
      'time-zone': text,
      member: { type: 'string', multiple: true },
    },
  });
  const { project, id, name, currency, 'time-zone': timeZone, member: lines = [] } = values;
  if (id === undefined || name === undefined || currency === undefined || timeZone === undefined)
    throw new UsageError('An organization has an id, a name, a currency and a time zone');
  if (!/^[a-z][a-z0-9-]{1,60}$/.test(id))
    throw new UsageError(`"${id}" is no organization id: small letters, digits and hyphens`);
  if (!isCurrency(currency)) throw new UsageError(`"${currency}" is not an ISO 4217 currency`);
  if (!isTimeZone(timeZone)) throw new UsageError(`"${timeZone}" is no time zone, such as Europe/London`);
  const members = lines.map(readMember);
  for (const role of ['operator', 'approver', 'admin'] as const) {
    if (!members.some(({ roles }) => roles.includes(role))) throw new UsageError(`No --member is ${role}`);
  }
  const operators = members.filter(({ roles }) => roles.includes('operator'));
  const others = members.filter(
    ({ roles, email }) => roles.includes('approver') && operators.some((operator) => operator.email !== email),
  );
  if (others.length === 0)
    throw new UsageError('The only operator is the only approver: nobody could sign what he asks for');
  return { project, id, name, baseCurrency: currency, timeZone, members };
}

function readMember(line: string): Asked['members'][number] {
  const [email = '', name = '', roles = ''] = line.split(',').map((part) => part.trim());
  const parsed = roles.split('+').map((role) => roleSchema.safeParse(role));
  const unknown = parsed.some((role) => !role.success);
  if (!email.includes('@') || name === '' || unknown)
    throw new UsageError(`--member "${line}": write "email,Name,role" or "email,Name,role+role"`);
  return { email, name, roles: parsed.flatMap((role) => (role.success ? [role.data] : [])) };
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

async function signInOf(
  { email, name }: Asked['members'][number],
  orgId: string,
  password: string | undefined,
): Promise<string> {
  const { getAuth } = await import('firebase-admin/auth');
  const auth = getAuth();
  const user = await auth.getUserByEmail(email).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'auth/user-not-found')
      return auth.createUser({ email, displayName: name, ...(password === undefined ? {} : { password }) });
    throw error;
  });
  // A hint for the browser; the member's document is the truth.
  await auth.setCustomUserClaims(user.uid, { ...user.customClaims, orgId });
  return user.uid;
}

await runCommandLine(USAGE, main);
