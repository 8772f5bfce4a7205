import { type Alert, alertSchema } from '@countersign/domain/schemas/alert';
import {
  type Approval,
  type LogPage,
  type PageOutcomes,
  type PlanPage,
  type ProblemPage,
  approvalSchema,
  logPageSchema,
  pageOutcomesSchema,
  pageSchema,
  problemPageSchema,
  type ReadPage,
  readPageSchema,
} from '@countersign/domain/schemas/effect';
import {
  type AuditEvent,
  type AuditPersonal,
  auditEventSchema,
  auditPersonalSchema,
} from '@countersign/domain/schemas/audit';
import { type CheckResult, checkResultSchema } from '@countersign/domain/schemas/check';
import { type Delegation, delegationSchema } from '@countersign/domain/schemas/delegation';
import { type EvidenceExport, evidenceExportSchema } from '@countersign/domain/schemas/evidence';
import { type Execution, executionSchema } from '@countersign/domain/schemas/execution';
import { type StoredFile, fileSchema } from '@countersign/domain/schemas/file';
import { type Account, type Balance, accountSchema, balanceSchema } from '@countersign/domain/schemas/account';
import { type Journal, journalSchema } from '@countersign/domain/schemas/journal';
import { type Period, periodSchema } from '@countersign/domain/schemas/period';
import {
  type Checkpoint,
  type StreamHead,
  checkpointSchema,
  streamHeadSchema,
  type StreamName,
} from '@countersign/domain/schemas/stream';
import { type Notification, notificationSchema } from '@countersign/domain/schemas/notification';
import {
  type Member,
  type Organization,
  memberSchema,
  organizationSchema,
} from '@countersign/domain/schemas/organization';
import {
  type Operation,
  type PluginVersion,
  operationSchema,
  pluginVersionSchema,
} from '@countersign/domain/schemas/plugin';
import { type Proposal, type Secret, proposalSchema, secretSchema } from '@countersign/domain/schemas/proposal';
import { type RecordType, type StoredRecord, recordSchema, recordTypeSchema } from '@countersign/domain/schemas/record';
import { type Policy, policySchema } from '@countersign/domain/schemas/policy';
import { type Queue, queueSchema } from '@countersign/domain/schemas/queue';
import {
  type Erasure,
  type LegalHold,
  type Retention,
  erasureSchema,
  legalHoldSchema,
  retentionSchema,
} from '@countersign/domain/schemas/retention';
import { type Calendar, type Schedule, calendarSchema, scheduleSchema } from '@countersign/domain/schemas/schedule';
import {
  type IssuedStatement,
  type StatementSettings,
  issuedStatementSchema,
  statementSettingsSchema,
} from '@countersign/domain/schemas/statement';
import {
  type UnknownEffect,
  type UnknownProposal,
  unknownProposalSchema,
  unknownSchema,
} from '@countersign/domain/schemas/unknown';
import { type WitnessState, witnessStateSchema } from '@countersign/domain/schemas/witness';
import { paths } from '@countersign/domain/paths';
import type { OrderByDirection, WhereFilterOp } from 'firebase/firestore';
import type { ZodType } from 'zod';

/** A document that a page listens to. */
export interface DocumentSource<T> {
  readonly path: string;
  readonly schema: ZodType<T>;
}

/** A paged list that a page listens to; plain data, so that equal lists have equal keys. */
export interface ListSource<T> {
  readonly path: string;
  readonly schema: ZodType<T>;
  readonly where: readonly (readonly [field: string, op: WhereFilterOp, value: unknown])[];
  readonly orderBy: readonly (readonly [field: string, direction: OrderByDirection])[];
  /** Only documents whose id begins so; then the order is by id. */
  readonly idPrefix?: string;
}

const document = <T>(path: string, schema: ZodType<T>): DocumentSource<T> => ({ path, schema });
const list = <T>(
  path: string,
  schema: ZodType<T>,
  where: ListSource<T>['where'],
  ...orderBy: ListSource<T>['orderBy']
): ListSource<T> => ({ path, schema, where, orderBy });
/** Pages of one plan attempt have ids `attempt-index`, so that no index is needed to read them in order. Null: of all attempts. */
const attemptPages = <T>(path: string, schema: ZodType<T>, attempt: number | null): ListSource<T> => ({
  path,
  schema,
  where: [],
  orderBy: [],
  idPrefix: attempt === null ? '' : `${attempt}-`,
});

const delegations = (
  orgId: string,
  side: 'fromUid' | 'toUid',
  uid: string,
  endsAfter: string,
): ListSource<Delegation> =>
  list(
    paths.delegations(orgId),
    delegationSchema,
    [
      [side, '==', uid],
      ['endsAt', '>', endsAfter],
    ],
    ['endsAt', 'asc'],
  );

export interface ExecutionFilter {
  readonly states?: readonly Execution['state'][];
  readonly requestedBy?: string;
  readonly operationId?: string;
}
export interface AuditFilter {
  readonly executionId?: string;
  readonly type?: string;
  readonly actorUid?: string;
  readonly places?: Places;
}
/** Places in the log: from one on, and before another. */
export interface Places {
  readonly from: number;
  readonly before: number;
}
const inPlaces = (places: Places | undefined): ListSource<AuditEvent>['where'] =>
  places === undefined
    ? []
    : [
        ['seq', '>=', places.from],
        ['seq', '<', places.before],
      ];

/** Every document and query that the web app reads, over the types of the domain. */
export const refs = {
  organization: (orgId: string): DocumentSource<Organization> =>
    document(paths.organization(orgId), organizationSchema),
  member: (orgId: string, uid: string): DocumentSource<Member> => document(paths.member(orgId, uid), memberSchema),
  members: (orgId: string): ListSource<Member> => list(paths.members(orgId), memberSchema, [], ['name', 'asc']),
  operation: (orgId: string, id: string): DocumentSource<Operation> =>
    document(paths.operation(orgId, id), operationSchema),
  operations: (orgId: string): ListSource<Operation> =>
    list(paths.operations(orgId), operationSchema, [], ['title', 'asc']),
  activePolicies: (orgId: string): ListSource<Policy> =>
    list(paths.policies(orgId), policySchema, [['active', '==', true]]),
  policy: (orgId: string, id: string): DocumentSource<Policy> => document(paths.policy(orgId, id), policySchema),
  proposal: (orgId: string, id: string): DocumentSource<Proposal> =>
    document(paths.proposal(orgId, id), proposalSchema),
  proposals: (orgId: string, states: readonly Proposal['state'][]): ListSource<Proposal> =>
    list(paths.proposals(orgId), proposalSchema, [['state', 'in', states]], ['proposedAt', 'desc']),
  secrets: (orgId: string): ListSource<Secret> => list(paths.secrets(orgId), secretSchema, [], ['name', 'asc']),
  recordTypes: (orgId: string): ListSource<RecordType> =>
    list(paths.recordTypes(orgId), recordTypeSchema, [], ['title', 'asc']),
  /** Records by their own ids, at most 30 of them; in no order. */
  records: (orgId: string, ids: readonly string[]): ListSource<StoredRecord> =>
    list(paths.records(orgId), recordSchema, [['id', 'in', ids]]),
  pluginVersions: (orgId: string, name: string): ListSource<PluginVersion> =>
    list(paths.pluginVersions(orgId, name), pluginVersionSchema, [], ['createdAt', 'desc']),
  file: (orgId: string, id: string): DocumentSource<StoredFile> => document(paths.file(orgId, id), fileSchema),
  files: (orgId: string, kind: StoredFile['kind'] | null): ListSource<StoredFile> =>
    list(paths.files(orgId), fileSchema, kind === null ? [] : [['kind', '==', kind]], ['createdAt', 'desc']),
  execution: (orgId: string, id: string): DocumentSource<Execution> =>
    document(paths.execution(orgId, id), executionSchema),
  executions: (orgId: string, filter: ExecutionFilter): ListSource<Execution> =>
    list(
      paths.executions(orgId),
      executionSchema,
      [
        ...(filter.states?.length === 1 ? [['state', '==', filter.states[0]] as const] : []),
        ...(filter.states && filter.states.length > 1 ? [['state', 'in', filter.states] as const] : []),
        ...(filter.requestedBy === undefined ? [] : [['requestedBy', '==', filter.requestedBy] as const]),
        ...(filter.operationId === undefined ? [] : [['operationId', '==', filter.operationId] as const]),
      ],
      ['requestedAt', 'desc'],
    ),
  /** Runs that resume this one, or run it again. */
  childrenOf: (orgId: string, id: string): ListSource<Execution> =>
    list(paths.executions(orgId), executionSchema, [['origin.executionId', '==', id]], ['requestedAt', 'desc']),
  /** Whose turn it is to apply. */
  queue: (orgId: string): DocumentSource<Queue> => document(paths.queue(orgId), queueSchema),
  schedule: (orgId: string, id: string): DocumentSource<Schedule> =>
    document(paths.schedule(orgId, id), scheduleSchema),
  schedules: (orgId: string): ListSource<Schedule> =>
    list(paths.schedules(orgId), scheduleSchema, [['deletedAt', '==', null]], ['title', 'asc']),
  calendars: (orgId: string): ListSource<Calendar> => list(paths.calendars(orgId), calendarSchema, [], ['name', 'asc']),
  /** What a member has lent to others, and what others have lent to the member, that ends after an instant. */
  delegationsFrom: (orgId: string, uid: string, endsAfter: string): ListSource<Delegation> =>
    delegations(orgId, 'fromUid', uid, endsAfter),
  delegationsTo: (orgId: string, uid: string, endsAfter: string): ListSource<Delegation> =>
    delegations(orgId, 'toUid', uid, endsAfter),
  /** A member's own: the rules give no other. */
  notifications: (orgId: string, uid: string): ListSource<Notification> =>
    list(paths.notifications(orgId), notificationSchema, [['uid', '==', uid]], ['createdAt', 'desc']),
  /** In no order: they are only counted. */
  unreadNotifications: (orgId: string, uid: string): ListSource<Notification> =>
    list(paths.notifications(orgId), notificationSchema, [
      ['uid', '==', uid],
      ['read', '==', false],
    ]),
  pages: (orgId: string, id: string, attempt: number): ListSource<PlanPage> =>
    attemptPages(paths.pages(orgId, id), pageSchema, attempt),
  outcomes: (orgId: string, id: string, attempt: number): ListSource<PageOutcomes> =>
    attemptPages(paths.outcomes(orgId, id), pageOutcomesSchema, attempt),
  /** A plan that failed has problems and no attempt that one could know. */
  problems: (orgId: string, id: string, attempt: number | null): ListSource<ProblemPage> =>
    attemptPages(paths.problems(orgId, id), problemPageSchema, attempt),
  /** What the plan read outside, as hashes. */
  reads: (orgId: string, id: string, attempt: number): ListSource<ReadPage> =>
    attemptPages(paths.reads(orgId, id), readPageSchema, attempt),
  /** What nobody knows the outcome of, longest first. */
  unknowns: (orgId: string): ListSource<UnknownEffect> =>
    list(paths.unknowns(orgId), unknownSchema, [], ['since', 'asc']),
  unknownsOf: (orgId: string, executionId: string): ListSource<UnknownEffect> =>
    list(paths.unknowns(orgId), unknownSchema, [['executionId', '==', executionId]], ['since', 'asc']),
  unknownProposals: (orgId: string, state: UnknownProposal['state']): ListSource<UnknownProposal> =>
    list(paths.unknownProposals(orgId), unknownProposalSchema, [['state', '==', state]], ['proposedAt', 'desc']),
  unknownProposalsOf: (orgId: string, executionId: string): ListSource<UnknownProposal> =>
    list(
      paths.unknownProposals(orgId),
      unknownProposalSchema,
      [['executionId', '==', executionId]],
      ['proposedAt', 'desc'],
    ),
  logs: (orgId: string, id: string): ListSource<LogPage> =>
    list(paths.logs(orgId, id), logPageSchema, [], ['first', 'desc']),
  approvals: (orgId: string, id: string): ListSource<Approval> =>
    list(paths.approvals(orgId, id), approvalSchema, [], ['at', 'asc']),
  account: (orgId: string, id: string): DocumentSource<Account> => document(paths.account(orgId, id), accountSchema),
  /** All of them, by id. */
  accounts: (orgId: string): ListSource<Account> => list(paths.accounts(orgId), accountSchema, []),
  /** By id. */
  accountsBelow: (orgId: string, parentId: string | null): ListSource<Account> =>
    list(paths.accounts(orgId), accountSchema, [['parentId', '==', parentId]]),
  /** Those that take entries, by id. */
  postableAccounts: (orgId: string): ListSource<Account> =>
    list(paths.accounts(orgId), accountSchema, [['postable', '==', true]]),
  balancesBelow: (orgId: string, parentId: string | null): ListSource<Balance> =>
    list(
      paths.balances(orgId),
      balanceSchema,
      [['parentId', '==', parentId]],
      ['accountId', 'asc'],
      ['currency', 'asc'],
    ),
  /** All of them, by id. */
  balances: (orgId: string): ListSource<Balance> => list(paths.balances(orgId), balanceSchema, []),
  balancesOf: (orgId: string, accountId: string): ListSource<Balance> =>
    list(paths.balances(orgId), balanceSchema, [['accountId', '==', accountId]]),
  /** Of at most 30 accounts, in the order of their ids. */
  balancesOfAccounts: (orgId: string, accountIds: readonly string[]): ListSource<Balance> =>
    list(paths.balances(orgId), balanceSchema, [['accountId', 'in', accountIds]]),
  journal: (orgId: string, id: string): DocumentSource<Journal> => document(paths.journal(orgId, id), journalSchema),
  /** All that were recorded together, all or none; in no order. */
  journalsOfGroup: (orgId: string, group: string): ListSource<Journal> =>
    list(paths.journals(orgId), journalSchema, [['group', '==', group]]),
  /** An account's journals that count for days of a range, by day. */
  journalsBetween: (orgId: string, accountId: string, from: string, to: string): ListSource<Journal> =>
    list(
      paths.journals(orgId),
      journalSchema,
      [
        ['accounts', 'array-contains', accountId],
        ['effectiveDay', '>=', from],
        ['effectiveDay', '<=', to],
      ],
      ['effectiveDay', 'asc'],
      ['recordedAt', 'asc'],
    ),
  witnesses: (orgId: string, stream: StreamName): DocumentSource<WitnessState> =>
    document(paths.witnesses(orgId, stream), witnessStateSchema),
  periods: (orgId: string): ListSource<Period> => list(paths.periods(orgId), periodSchema, [], ['from', 'desc']),
  alerts: (orgId: string, state: Alert['state']): ListSource<Alert> =>
    list(paths.alerts(orgId), alertSchema, [['state', '==', state]], ['lastSeenAt', 'desc']),
  statement: (orgId: string, id: string): DocumentSource<IssuedStatement> =>
    document(paths.statement(orgId, id), issuedStatementSchema),
  statements: (orgId: string): ListSource<IssuedStatement> =>
    list(paths.statements(orgId), issuedStatementSchema, [], ['issuedAt', 'desc']),
  statementSettings: (orgId: string): DocumentSource<StatementSettings> =>
    document(paths.statementSettings(orgId), statementSettingsSchema),
  journalsOf: (orgId: string, accountId: string): ListSource<Journal> =>
    list(paths.journals(orgId), journalSchema, [['accounts', 'array-contains', accountId]], ['recordedAt', 'desc']),
  streamHead: (orgId: string, name: 'ledger' | 'audit'): DocumentSource<StreamHead> =>
    document(paths.streamHead(orgId, name), streamHeadSchema),
  latestCheck: (orgId: string): DocumentSource<CheckResult> => document(paths.latestCheck(orgId), checkResultSchema),
  /** Files that somebody took out: evidence packs, and the ledger for other tools. */
  exports: (orgId: string): ListSource<EvidenceExport> =>
    list(paths.evidenceExports(orgId), evidenceExportSchema, [], ['requestedAt', 'desc']),
  retention: (orgId: string): DocumentSource<Retention> => document(paths.retention(orgId), retentionSchema),
  legalHolds: (orgId: string): ListSource<LegalHold> =>
    list(paths.legalHolds(orgId), legalHoldSchema, [], ['placedAt', 'desc']),
  erasures: (orgId: string): ListSource<Erasure> =>
    list(paths.erasures(orgId), erasureSchema, [], ['startedAt', 'desc']),
  newestCheckpoints: (orgId: string, name: 'ledger' | 'audit'): ListSource<Checkpoint> =>
    list(paths.checkpoints(orgId), checkpointSchema, [['stream', '==', name]], ['size', 'desc']),
  audit: (orgId: string, filter: AuditFilter): ListSource<AuditEvent> =>
    list(
      paths.audit(orgId),
      auditEventSchema,
      [
        ...(filter.executionId === undefined ? [] : [['body.executionId', '==', filter.executionId] as const]),
        ...(filter.type === undefined ? [] : [['body.type', '==', filter.type] as const]),
        ...(filter.actorUid === undefined ? [] : [['body.actor.uid', '==', filter.actorUid] as const]),
        ...inPlaces(filter.places),
      ],
      ['seq', 'desc'],
    ),
  /** What happened to a document, by its path below the organization. */
  auditOf: (orgId: string, document: string, places?: Places): ListSource<AuditEvent> =>
    list(
      paths.audit(orgId),
      auditEventSchema,
      [['documents', 'array-contains', document], ...inPlaces(places)],
      ['seq', 'desc'],
    ),
  /** One of them, by its place. */
  auditAt: (orgId: string, seq: number): ListSource<AuditEvent> =>
    list(paths.audit(orgId), auditEventSchema, [['seq', '==', seq]]),
  auditPersonal: (orgId: string, eventId: string): DocumentSource<AuditPersonal> =>
    document(paths.auditPersonal(orgId, eventId), auditPersonalSchema),
} as const;
