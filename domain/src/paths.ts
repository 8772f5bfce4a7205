/** Document and collection paths, in one place for server and browser. Everything lies under one organization. */
const org = (orgId: string): string => `orgs/${orgId}`;
const execution = (orgId: string, id: string): string => `${org(orgId)}/executions/${id}`;
const stream = (orgId: string, name: string): string => `${org(orgId)}/streams/${name}`;
const pad = (index: number): string => String(index).padStart(6, '0');

export const paths = {
  organization: org,
  members: (orgId: string) => `${org(orgId)}/members`,
  member: (orgId: string, uid: string) => `${org(orgId)}/members/${uid}`,
  operations: (orgId: string) => `${org(orgId)}/operations`,
  operation: (orgId: string, id: string) => `${org(orgId)}/operations/${id}`,
  pluginVersion: (orgId: string, name: string, version: string) => `${org(orgId)}/plugins/${name}/versions/${version}`,
  policies: (orgId: string) => `${org(orgId)}/policies`,
  policy: (orgId: string, id: string) => `${org(orgId)}/policies/${id}`,
  proposals: (orgId: string) => `${org(orgId)}/proposals`,
  proposal: (orgId: string, id: string) => `${org(orgId)}/proposals/${id}`,
  secrets: (orgId: string) => `${org(orgId)}/secrets`,
  secret: (orgId: string, name: string) => `${org(orgId)}/secrets/${name}`,
  pluginVersions: (orgId: string, name: string) => `${org(orgId)}/plugins/${name}/versions`,
  files: (orgId: string) => `${org(orgId)}/files`,
  file: (orgId: string, id: string) => `${org(orgId)}/files/${id}`,
  /** Attempts at plans that may have made files; their ids are `EXECUTION-ATTEMPT`. */
  drafts: (orgId: string, executionId: string, attempt: number) => `${org(orgId)}/drafts/${executionId}-${attempt}`,
  /** Counter of revisions of one file name; `nameHash` is `derivedId('file-name', name)`. */
  fileName: (orgId: string, nameHash: string) => `${org(orgId)}/fileNames/${nameHash}`,
  executions: (orgId: string) => `${org(orgId)}/executions`,
  execution,
  pages: (orgId: string, id: string) => `${execution(orgId, id)}/pages`,
  page: (orgId: string, id: string, attempt: number, index: number) =>
    `${execution(orgId, id)}/pages/${attempt}-${pad(index)}`,
  outcomes: (orgId: string, id: string) => `${execution(orgId, id)}/outcomes`,
  outcome: (orgId: string, id: string, attempt: number, index: number) =>
    `${execution(orgId, id)}/outcomes/${attempt}-${pad(index)}`,
  problems: (orgId: string, id: string) => `${execution(orgId, id)}/problems`,
  problemPage: (orgId: string, id: string, attempt: number, index: number) =>
    `${execution(orgId, id)}/problems/${attempt}-${pad(index)}`,
  readPage: (orgId: string, id: string, attempt: number, index: number) =>
    `${execution(orgId, id)}/reads/${attempt}-${pad(index)}`,
  reads: (orgId: string, id: string) => `${execution(orgId, id)}/reads`,
  logs: (orgId: string, id: string) => `${execution(orgId, id)}/logs`,
  logPage: (orgId: string, id: string, page: string) => `${execution(orgId, id)}/logs/${page}`,
  approvals: (orgId: string, id: string) => `${execution(orgId, id)}/approvals`,
  approval: (orgId: string, id: string, uid: string) => `${execution(orgId, id)}/approvals/${uid}`,
  claims: (orgId: string) => `${org(orgId)}/claims`,
  claim: (orgId: string, hash: string) => `${org(orgId)}/claims/${hash}`,
  payee: (orgId: string, hash: string) => `${org(orgId)}/payees/${hash}`,
  /** Payments of the last weeks to one account in one currency: where near duplicates are looked for. */
  recentPayments: (orgId: string, hash: string) => `${org(orgId)}/recentPayments/${hash}`,
  /** All executions that resume one another, under the id of the first. */
  lineage: (orgId: string, id: string) => `${org(orgId)}/lineages/${id}`,
  /** Effects of which nobody knows yet whether they were done. */
  unknowns: (orgId: string) => `${org(orgId)}/unknowns`,
  unknown: (orgId: string, effectId: string) => `${org(orgId)}/unknowns/${effectId}`,
  unknownProposals: (orgId: string) => `${org(orgId)}/unknownProposals`,
  unknownProposal: (orgId: string, id: string) => `${org(orgId)}/unknownProposals/${id}`,
  /** Rolling totals of a requester, a payee or a file; see `engine/rollups.ts`. */
  rollups: (orgId: string) => `${org(orgId)}/rollups`,
  rollup: (orgId: string, id: string) => `${org(orgId)}/rollups/${id}`,
  delegations: (orgId: string) => `${org(orgId)}/delegations`,
  delegation: (orgId: string, id: string) => `${org(orgId)}/delegations/${id}`,
  /** What the provider told us of payments after they were made. */
  providerEvents: (orgId: string) => `${org(orgId)}/providerEvents`,
  providerEvent: (orgId: string, id: string) => `${org(orgId)}/providerEvents/${id}`,
  recordTypes: (orgId: string) => `${org(orgId)}/recordTypes`,
  recordType: (orgId: string, type: string) => `${org(orgId)}/recordTypes/${type}`,
  records: (orgId: string) => `${org(orgId)}/records`,
  record: (orgId: string, type: string, id: string) => `${org(orgId)}/records/${type}~${id}`,
  /** The effects' payees of one plan, for the queue: who shares an account waits for each other. */
  planPayees: (orgId: string, id: string, attempt: number) => `${execution(orgId, id)}/planPayees/${attempt}`,
  /** Whose turn it is to apply: one document for each organization. */
  queue: (orgId: string) => `${org(orgId)}/queues/apply`,
  calendars: (orgId: string) => `${org(orgId)}/calendars`,
  calendar: (orgId: string, id: string) => `${org(orgId)}/calendars/${id}`,
  schedules: (orgId: string) => `${org(orgId)}/schedules`,
  schedule: (orgId: string, id: string) => `${org(orgId)}/schedules/${id}`,
  notifications: (orgId: string) => `${org(orgId)}/notifications`,
  notification: (orgId: string, id: string) => `${org(orgId)}/notifications/${id}`,
  accounts: (orgId: string) => `${org(orgId)}/accounts`,
  account: (orgId: string, id: string) => `${org(orgId)}/accounts/${id}`,
  balances: (orgId: string) => `${org(orgId)}/balances`,
  balance: (orgId: string, accountId: string, currency: string) => `${org(orgId)}/balances/${accountId}_${currency}`,
  journals: (orgId: string) => `${org(orgId)}/journals`,
  journal: (orgId: string, id: string) => `${org(orgId)}/journals/${id}`,
  periods: (orgId: string) => `${org(orgId)}/periods`,
  period: (orgId: string, id: string) => `${org(orgId)}/periods/${id}`,
  /** What somebody who keeps or oversees the books should look at. */
  alerts: (orgId: string) => `${org(orgId)}/alerts`,
  alert: (orgId: string, id: string) => `${org(orgId)}/alerts/${id}`,
  /** What each batch of the ledger's writer added, for the month roll-ups; in the order of the stream. */
  feeds: (orgId: string) => `${stream(orgId, 'ledger')}/feed`,
  feed: (orgId: string, firstSeq: number) => `${stream(orgId, 'ledger')}/feed/${String(firstSeq).padStart(16, '0')}`,
  /** Which documents tell the leaves of each batch of the ledger's writer; in the order of the stream, and kept. */
  leafBatches: (orgId: string) => `${stream(orgId, 'ledger')}/leaves`,
  leafBatch: (orgId: string, firstSeq: number) =>
    `${stream(orgId, 'ledger')}/leaves/${String(firstSeq).padStart(16, '0')}`,
  balanceMonths: (orgId: string) => `${org(orgId)}/balanceMonths`,
  balanceMonth: (orgId: string, month: string, accountId: string, currency: string) =>
    `${org(orgId)}/balanceMonths/${month}~${accountId}_${currency}`,
  /** How far the months go. It lies beside the stream, so that the feeds can be listed without it. */
  monthsCursor: (orgId: string) => `${stream(orgId, 'ledger')}/derived/months`,
  monthsRebuild: (orgId: string) => `${stream(orgId, 'ledger')}/derived/months-rebuild`,
  statements: (orgId: string) => `${org(orgId)}/statements`,
  statement: (orgId: string, id: string) => `${org(orgId)}/statements/${id}`,
  settings: (orgId: string) => `${org(orgId)}/settings`,
  /** What statements need to know and the chart of accounts does not say. */
  statementSettings: (orgId: string) => `${org(orgId)}/settings/statements`,
  retention: (orgId: string) => `${org(orgId)}/settings/retention`,
  legalHolds: (orgId: string) => `${org(orgId)}/holds`,
  legalHold: (orgId: string, id: string) => `${org(orgId)}/holds/${id}`,
  erasures: (orgId: string) => `${org(orgId)}/erasures`,
  erasure: (orgId: string, uid: string) => `${org(orgId)}/erasures/${uid}`,
  /** How far the removal of what is no longer kept has come, a class each. */
  sweep: (orgId: string, what: string) => `${org(orgId)}/sweeps/${what}`,
  /** What the check knows from one turn to the next: a manifest, and pieces under their hashes. */
  checkNotes: (orgId: string) => `${org(orgId)}/checkNotes`,
  checkNote: (orgId: string, id: string) => `${org(orgId)}/checkNotes/${id}`,
  latestCheck: (orgId: string) => `${org(orgId)}/checks/latest`,
  streamHead: stream,
  inboxes: (orgId: string, name: string) => `${stream(orgId, name)}/inbox`,
  inbox: (orgId: string, name: string, id: string) => `${stream(orgId, name)}/inbox/${id}`,
  inboxResult: (orgId: string, name: string, id: string) => `${stream(orgId, name)}/results/${id}`,
  tile: (orgId: string, name: string, level: number, index: number) => `${stream(orgId, name)}/tiles/${level}-${index}`,
  audit: (orgId: string) => `${org(orgId)}/audit`,
  auditEvent: (orgId: string, id: string) => `${org(orgId)}/audit/${id}`,
  auditPersonal: (orgId: string, id: string) => `${org(orgId)}/auditPersonal/${id}`,
  /** Evidence packs that were asked for. */
  evidenceExports: (orgId: string) => `${org(orgId)}/exports`,
  evidenceExport: (orgId: string, id: string) => `${org(orgId)}/exports/${id}`,
  /** Refused commands of one caller in one minute, until they are told to the audit log. */
  denials: (orgId: string, id: string) => `${org(orgId)}/denials/${id}`,
  checkpoints: (orgId: string) => `${org(orgId)}/checkpoints`,
  checkpoint: (orgId: string, name: string, size: number, epoch = 0) =>
    `${org(orgId)}/checkpoints/${epoch === 0 ? name : `${name}.${epoch}`}-${size}`,
  /** Who has cosigned the checkpoints of a log. */
  witnesses: (orgId: string, name: string) => `${org(orgId)}/witnesses/${name}`,
  /** What waits for a machine: one document for each waiting thing, with `nextAt`. */
  work: (orgId: string, id: string) => `${org(orgId)}/work/${id}`,
  idempotency: (orgId: string, hash: string) => `${org(orgId)}/idempotency/${hash}`,
} as const;

/** Storage object names. Uploads are never overwritten: each has an id of its own. */
export const objectPaths = {
  upload: (orgId: string, uid: string, uploadId: string, name: string) =>
    `orgs/${orgId}/uploads/${uid}/${uploadId}/${name}`,
  /** A file that a plan has made; `attempt` keeps the plans of one execution apart. */
  draft: (orgId: string, executionId: string, attempt: number, name: string) =>
    `orgs/${orgId}/results/${executionId}-draft-${attempt}/${name}`,
  /** A bundle that plans were made with, of whatever organization. */
  code: (codeHash: string) => `code/${codeHash}.js`,
  plugin: (orgId: string, codeHash: string) => `orgs/${orgId}/plugins/${codeHash}.js`,
  /**
   * `token` is that of the worker's lease, so that two of them never write the same object. Packs with personal values lie
   * apart: fewer may read them.
   */
  evidence: (orgId: string, exportId: string, token: number, personal: boolean, name: string) =>
    `orgs/${orgId}/${personal ? 'evidence-personal' : 'evidence'}/${exportId}-${token}/${name}`,
  /** Named by its checksum, so that other bytes never take its place. */
  statement: (orgId: string, sha256: string, name: string) => `orgs/${orgId}/statements/${sha256}/${name}`,
  result: (orgId: string, executionId: string, name: string) => `orgs/${orgId}/results/${executionId}/${name}`,
} as const;
