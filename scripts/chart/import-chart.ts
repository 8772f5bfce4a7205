import { chartIntents, type ChartPlan } from '@countersign/domain/ledger/chart/chart-intents';
import type { ChartFileRow, ChartIssue, ChartRow } from '@countersign/domain/ledger/chart/chart-row';
import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import { accountSchema, type Account } from '@countersign/domain/schemas/account';
import { collection, documentId, getDocs, getFirestore, limit, orderBy, query, startAfter } from 'firebase/firestore';
import { DemoClient, targetOf } from '../demo/client.ts';
import type { ExportingPlatform } from '../evidence/export.ts';

export interface ChartImport {
  readonly rows: readonly (ChartRow | ChartFileRow)[];
  /** Else it is a dry run. */
  readonly apply: boolean;
  readonly org?: string;
  readonly say: (line: string) => void;
}

const ROLES = ['treasurer', 'admin'];
const ACCOUNTS_A_PAGE = 500;
const ACCOUNTS_A_CALL = 500;
const REASON = 'As the imported chart says';

/**
 * Compare a chart with the accounts that are there; with `apply`, open what is missing, and propose each change, which
 * another person decides. @returns the plan; nothing is done while it has an issue
 */
export async function importChart(
  platform: ExportingPlatform,
  env: Readonly<Record<string, string | undefined>>,
  { rows, apply, org, say }: ChartImport,
): Promise<ChartPlan> {
  const orgId = org ?? platform.organizationId;
  if (orgId === undefined) throw new AppError('invalid_argument', 'Say which organization: --org ORG');
  const { email, password } = accountFor(platform, env);
  const client = await DemoClient.signIn(targetOf(platform), email, password, orgId);
  try {
    const plan = chartIntents(rows, await readAccounts(client, orgId), { orgId, reason: REASON });
    for (const issue of plan.issues) say(inWords(issue));
    const { opened, changed, unchanged } = plan;
    say(`${opened.length} to open, ${changed.length} to change, ${unchanged.length} as they are`);
    if (plan.issues.length === 0 && apply) await carryOut(client, plan, say);
    return plan;
  } finally {
    await client.close();
  }
}

async function carryOut(client: DemoClient, { intents }: ChartPlan, say: (line: string) => void): Promise<void> {
  const accounts = intents.flatMap((intent) => (intent.type === 'open_account' ? [intent.account] : []));
  for (let at = 0; at < accounts.length; at += ACCOUNTS_A_CALL) {
    const { opened } = await client.call('openAccounts', { accounts: accounts.slice(at, at + ACCOUNTS_A_CALL) });
    say(`Opened ${opened}`);
  }
  for (const intent of intents) {
    if (intent.type !== 'change_account') continue;
    const { accountId, set } = intent;
    await client.call('proposeChange', { change: { kind: 'account.change', accountId, set }, reason: REASON });
    say(
      `Proposed a change of ${accountId} (${Object.keys(set).join(', ')}); another person decides, but for a name alone`,
    );
  }
}

export const inWords = ({ line, column, message, remedy }: ChartIssue): string =>
  `${line === null ? '' : `line ${line}, `}${column === null ? '' : `${column}: `}${message}. ${remedy}.`;

async function readAccounts(client: DemoClient, orgId: string): Promise<Account[]> {
  const accounts: Account[] = [];
  const all = query(
    collection(getFirestore(client.app), paths.accounts(orgId)),
    orderBy(documentId()),
    limit(ACCOUNTS_A_PAGE),
  );
  for (let page = await getDocs(all); ;) {
    accounts.push(...page.docs.map((one) => accountSchema.parse(one.data())));
    const last = page.docs.at(-1);
    if (last === undefined || page.docs.length < ACCOUNTS_A_PAGE) return accounts;
    page = await getDocs(query(all, startAfter(last)));
  }
}

function accountFor(
  { accounts }: ExportingPlatform,
  { CHART_EMAIL: email, CHART_PASSWORD: password }: Readonly<Record<string, string | undefined>>,
): { readonly email: string; readonly password: string } {
  if (email !== undefined && password !== undefined) return { email, password };
  const found = accounts.find((account) => ROLES.some((role) => account.roles.includes(role)));
  if (found === undefined)
    throw new AppError('permission_denied', 'No account here may open accounts: set CHART_EMAIL and CHART_PASSWORD');
  return found;
}
