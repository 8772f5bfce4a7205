import { ROLES, type Role } from '@countersign/domain/schemas/common';

/**
 * Who may read what, as one table: `firestore.rules` and `storage.rules` are tested against it cell by cell, and
 * docs/security/access-matrix.md is written from it. Nobody writes from a client anywhere, so writes have no column.
 */
export interface Row {
  /** Below the organization's document, with `{name}` for each id; '' is the organization itself. */
  readonly path: string;
  readonly what: string;
  readonly readers: readonly Role[];
  /** `get` only: a list is for nobody. */
  readonly noList?: true;
  /** Only documents whose `uid` is the reader's. */
  readonly own?: true;
}

const every: readonly Role[] = ROLES;
const money: readonly Role[] = ['executive', 'operator', 'approver', 'treasurer', 'auditor', 'admin'];
const overseers: readonly Role[] = ['executive', 'treasurer', 'auditor', 'admin'];
const provers: readonly Role[] = ['executive', 'approver', 'treasurer', 'auditor', 'admin'];
const claims: readonly Role[] = ['operator', 'approver', 'treasurer', 'auditor', 'admin'];
const auditors: readonly Role[] = ['executive', 'auditor', 'admin'];
const nobody: readonly Role[] = [];

export const MATRIX: readonly Row[] = [
  { path: '', what: 'the organization', readers: every, noList: true },
  { path: 'members/{uid}', what: 'members and their roles', readers: every },
  { path: 'operations/{operation}', what: 'operations in the catalogue', readers: every },
  { path: 'plugins/{name}/versions/{version}', what: 'plugin versions', readers: every },
  { path: 'policies/{policy}', what: 'approval policies', readers: every.filter((role) => role !== 'viewer') },
  {
    path: 'proposals/{proposal}',
    what: 'changes that wait for a second person, and those that were decided',
    readers: ['executive', 'approver', 'treasurer', 'developer', 'auditor', 'admin'],
  },
  { path: 'recordTypes/{type}', what: 'what records look like', readers: every },
  { path: 'records/{record}', what: 'records: rates, prices and others', readers: money },
  { path: 'recentPayments/{hash}', what: 'where near duplicates are looked for', readers: nobody },
  { path: 'files/{file}', what: 'uploaded and made files, their profiles', readers: money },
  { path: 'executions/{execution}', what: 'executions: state, plan, totals', readers: every },
  { path: 'executions/{execution}/pages/{page}', what: 'the effects of a plan', readers: money },
  { path: 'executions/{execution}/outcomes/{page}', what: 'what became of them', readers: money },
  { path: 'executions/{execution}/problems/{page}', what: 'rows that are left out', readers: money },
  { path: 'executions/{execution}/reads/{page}', what: 'what the plan read outside, as hashes', readers: money },
  { path: 'executions/{execution}/approvals/{uid}', what: 'signatures', readers: money },
  {
    path: 'executions/{execution}/logs/{page}',
    what: 'logs',
    readers: ['operator', 'approver', 'treasurer', 'developer', 'auditor', 'admin'],
  },
  { path: 'unknowns/{effect}', what: 'effects of which nobody knows yet whether they were done', readers: money },
  { path: 'unknownProposals/{proposal}', what: 'what people found out about them, and who decided', readers: money },
  { path: 'claims/{hash}', what: 'references that are spent', readers: claims },
  { path: 'payees/{hash}', what: 'whom the organization has paid', readers: claims },
  { path: 'delegations/{delegation}', what: 'who may sign for whom, and until when', readers: every },
  { path: 'rollups/{hash}', what: 'rolling totals by requester and payee', readers: nobody },
  { path: 'accounts/{account}', what: 'chart of accounts', readers: money },
  { path: 'balances/{balance}', what: 'balances', readers: money },
  { path: 'journals/{journal}', what: 'journals', readers: money },
  { path: 'statements/{statement}', what: 'statements that were issued', readers: overseers },
  { path: 'settings/{settings}', what: 'which accounts are cash, when the financial year begins', readers: money },
  { path: 'periods/{period}', what: 'periods', readers: money },
  { path: 'holds/{hold}', what: 'legal holds', readers: overseers },
  { path: 'erasures/{uid}', what: 'removals of personal data', readers: overseers },
  { path: 'sweeps/{class}', what: 'how far the removal of old things has come', readers: nobody },
  { path: 'checks/{check}', what: 'what the continuous check found', readers: overseers },
  { path: 'checkNotes/{piece}', what: 'what the check knows from one turn to the next', readers: nobody },
  { path: 'witnesses/{stream}', what: 'who has cosigned which checkpoint', readers: overseers },
  { path: 'alerts/{alert}', what: 'what somebody who keeps or oversees the books should look at', readers: overseers },
  { path: 'streams/{name}', what: 'heads of ledger and audit log', readers: provers },
  { path: 'streams/{name}/tiles/{tile}', what: 'their Merkle trees', readers: overseers },
  { path: 'streams/{name}/inbox/{commit}', what: 'intents on their way', readers: nobody },
  { path: 'streams/{name}/feed/{batch}', what: 'what each batch added, for the month roll-ups', readers: nobody },
  { path: 'streams/{name}/leaves/{batch}', what: 'which documents tell the leaves of a batch', readers: nobody },
  { path: 'streams/{name}/derived/{what}', what: 'how far the month roll-ups go', readers: nobody },
  { path: 'balanceMonths/{month}', what: 'month roll-ups, for past balances', readers: nobody },
  { path: 'streams/{name}/results/{commit}', what: 'refused intents', readers: nobody },
  { path: 'checkpoints/{checkpoint}', what: 'signed checkpoints', readers: provers },
  { path: 'audit/{event}', what: 'audit events', readers: auditors },
  { path: 'auditPersonal/{event}', what: 'personal values of audit events', readers: auditors },
  { path: 'exports/{export}', what: 'evidence packs: state, checksum, where they lie', readers: overseers },
  { path: 'denials/{caller}', what: 'refused commands of the running minute, counted', readers: nobody },
  { path: 'schedules/{schedule}', what: 'schedules', readers: money },
  { path: 'calendars/{calendar}', what: 'business-day calendars', readers: every },
  { path: 'queues/{queue}', what: 'whose turn it is to apply', readers: every },
  {
    path: 'executions/{execution}/planPayees/{attempt}',
    what: 'hashes of the accounts that a plan pays, for the queue',
    readers: nobody,
  },
  { path: 'providerEvents/{event}', what: 'what Stripe told of payments after they were made', readers: overseers },
  { path: 'notifications/{notification}', what: 'messages to a member', readers: every, own: true },
  { path: 'secrets/{secret}', what: 'names and dates of secrets', readers: ['admin'] },
  { path: 'webhooks/{webhook}', what: 'webhooks', readers: ['admin'] },
  { path: 'apiKeys/{key}', what: 'hashes of API keys', readers: nobody },
  {
    path: 'recentPayments/{hash}',
    what: 'payments of the last weeks, where near duplicates are looked for',
    readers: nobody,
  },
  { path: 'lineages/{execution}', what: 'which runs resume one another', readers: nobody },
  { path: 'fileNames/{hash}', what: 'counters of file versions', readers: nobody },
  { path: 'drafts/{attempt}', what: 'which plans may have left files', readers: nobody },
  { path: 'work/{work}', what: 'what waits for a machine', readers: nobody },
  { path: 'idempotency/{hash}', what: 'answers to commands that may be repeated', readers: nobody },
  { path: 'plugins/{name}', what: 'the document above plugin versions (there is none)', readers: nobody },
  { path: 'anythingElse/{id}', what: 'whatever this table does not name', readers: nobody },
];

/** Objects in Storage. `create` is for a new object only; nobody overwrites, changes metadata, deletes or lists. */
export interface StorageRow {
  readonly path: string;
  readonly what: string;
  readonly readers: readonly Role[];
  readonly creators: readonly Role[];
}

export const STORAGE_MATRIX: readonly StorageRow[] = [
  {
    path: 'uploads/{uid}/{upload}/{name}',
    what: 'uploads, below the uid of the uploader',
    readers: money,
    creators: ['operator'],
  },
  { path: 'statements/{sha256}/{name}', what: 'files of statements', readers: overseers, creators: nobody },
  { path: 'results/{execution}/{name}', what: 'drafts and results', readers: money, creators: nobody },
  { path: 'evidence/{export}/{name}', what: 'evidence packs', readers: overseers, creators: nobody },
  {
    path: 'evidence-personal/{export}/{name}',
    what: 'evidence packs with personal values',
    readers: auditors,
    creators: nobody,
  },
  { path: 'anythingElse/{name}', what: 'whatever this table does not name', readers: nobody, creators: nobody },
];
