/** `npm run create-organization`: found an organization in a project, with its first members. */
import { isCurrency } from '@countersign/domain/money/currencies';
import { roleSchema, type Role } from '@countersign/domain/schemas/common';
import { getAuth } from 'firebase-admin/auth';
import { parseArgs } from 'node:util';
import { runtime } from '../functions/src/runtime.ts';
import { foundOrganization, type NewOrganization } from './organization/found.ts';

const USAGE = `npm run create-organization -- --project ID --id acme --name "Acme Ltd" --currency USD --time-zone Europe/London
    --member "ann@acme.example,Ann Admin,admin" --member "omar@acme.example,Omar Operator,operator" …
  Needs Google application default credentials that may administer the project (gcloud auth application-default login),
  and the secrets and bucket that npm run deploy checks. Members who have no sign-in get one; they set their password by
  "forgot password". At least one operator, one approver who is somebody else, and one admin are needed.`;

interface Asked extends Omit<NewOrganization, 'members'> {
  readonly project: string;
  readonly members: readonly { readonly email: string; readonly name: string; readonly roles: readonly Role[] }[];
}

try {
  const asked = readArguments();
  process.env['GCLOUD_PROJECT'] = asked.project;
  process.env['FIREBASE_CONFIG'] ??= JSON.stringify({
    projectId: asked.project,
    storageBucket: `${asked.project}.firebasestorage.app`,
  });
  const deps = runtime();
  const members = [];
  for (const member of asked.members)
    members.push({ ...member, uid: await signInOf(member.email, member.name, asked.id) });
  await foundOrganization(deps, { ...asked, members });
  process.stdout.write(`Organization ${asked.id} with ${members.length} members is there.\n`);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
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
  if (
    project === undefined ||
    id === undefined ||
    name === undefined ||
    currency === undefined ||
    timeZone === undefined
  )
    throw new Error(USAGE);
  if (!/^[a-z][a-z0-9-]{1,60}$/.test(id))
    throw new Error(`"${id}" is no organization id: small letters, digits and hyphens`);
  if (!isCurrency(currency)) throw new Error(`"${currency}" is not an ISO 4217 currency`);
  // Throws a RangeError that names the zone when it is unknown.
  new Intl.DateTimeFormat('en', { timeZone });
  const members = lines.map(readMember);
  for (const role of ['operator', 'approver', 'admin'] as const) {
    if (!members.some(({ roles }) => roles.includes(role))) throw new Error(`No --member is ${role}\n${USAGE}`);
  }
  const operators = members.filter(({ roles }) => roles.includes('operator'));
  const others = members.filter(
    ({ roles, email }) => roles.includes('approver') && operators.some((operator) => operator.email !== email),
  );
  if (others.length === 0)
    throw new Error('The only operator is the only approver: nobody could sign what he asks for');
  return { project, id, name, baseCurrency: currency, timeZone, members };
}

function readMember(line: string): Asked['members'][number] {
  const [email = '', name = '', roles = ''] = line.split(',').map((part) => part.trim());
  const parsed = roles.split('+').map((role) => roleSchema.safeParse(role));
  const unknown = parsed.some((role) => !role.success);
  if (!email.includes('@') || name === '' || unknown)
    throw new Error(`--member "${line}": write "email,Name,role" or "email,Name,role+role"`);
  return { email, name, roles: parsed.flatMap((role) => (role.success ? [role.data] : [])) };
}

async function signInOf(email: string, name: string, orgId: string): Promise<string> {
  const auth = getAuth();
  const user = await auth.getUserByEmail(email).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'auth/user-not-found')
      return auth.createUser({ email, displayName: name });
    throw error;
  });
  // A hint for the browser; the member's document is the truth.
  await auth.setCustomUserClaims(user.uid, { ...user.customClaims, orgId });
  return user.uid;
}
