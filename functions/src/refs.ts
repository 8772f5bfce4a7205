import { paths } from '@countersign/domain/paths';
import { accountSchema, balanceSchema } from '@countersign/domain/schemas/account';
import { feedSchema } from '@countersign/domain/schemas/balance-month';
import { journalSchema } from '@countersign/domain/schemas/journal';
import { periodSchema } from '@countersign/domain/schemas/period';
import {
  leafBatchSchema,
  checkpointSchema,
  inboxResultSchema,
  inboxSchema,
  streamHeadSchema,
  tileSchema,
  type StreamName,
} from '@countersign/domain/schemas/stream';
import {
  approvalSchema,
  claimSchema,
  pageOutcomesSchema,
  pageSchema,
  problemPageSchema,
} from '@countersign/domain/schemas/effect';
import { erasureSchema, legalHoldSchema, retentionSchema } from '@countersign/domain/schemas/retention';
import { checkResultSchema } from '@countersign/domain/schemas/check';
import { alertSchema } from '@countersign/domain/schemas/alert';
import { auditEventSchema, auditPersonalSchema } from '@countersign/domain/schemas/audit';
import { delegationSchema } from '@countersign/domain/schemas/delegation';
import { evidenceExportSchema } from '@countersign/domain/schemas/evidence';
import { draftsSchema } from '@countersign/domain/schemas/drafts';
import { executionSchema } from '@countersign/domain/schemas/execution';
import { fileSchema } from '@countersign/domain/schemas/file';
import { lineageSchema } from '@countersign/domain/schemas/lineage';
import { memberSchema, organizationSchema } from '@countersign/domain/schemas/organization';
import { operationSchema, pluginVersionSchema } from '@countersign/domain/schemas/plugin';
import { planPayeesSchema, queueSchema } from '@countersign/domain/schemas/queue';
import { calendarSchema, scheduleSchema } from '@countersign/domain/schemas/schedule';
import { proposalSchema, secretSchema } from '@countersign/domain/schemas/proposal';
import { providerEventSchema } from '@countersign/domain/schemas/provider-event';
import { recentPaymentsSchema } from '@countersign/domain/schemas/recent-payments';
import { recordSchema, recordTypeSchema } from '@countersign/domain/schemas/record';
import { rollupSchema } from '@countersign/domain/schemas/rollup';
import { issuedStatementSchema, statementSettingsSchema } from '@countersign/domain/schemas/statement';
import { policySchema } from '@countersign/domain/schemas/policy';
import { unknownProposalSchema, unknownSchema } from '@countersign/domain/schemas/unknown';
import { witnessStateSchema } from '@countersign/domain/schemas/witness';
import type { DocRef } from './store/database.ts';

const ref = <T>(path: string, schema: DocRef<T>['schema']): DocRef<T> => ({ path, schema });

/** Typed references for the server: where each document lies and what it must look like. */
export const refs = {
  retention: (orgId: string) => ref(paths.retention(orgId), retentionSchema),
  legalHold: (orgId: string, id: string) => ref(paths.legalHold(orgId, id), legalHoldSchema),
  erasure: (orgId: string, uid: string) => ref(paths.erasure(orgId, uid), erasureSchema),
  witnesses: (orgId: string, name: StreamName) => ref(paths.witnesses(orgId, name), witnessStateSchema),
  latestCheck: (orgId: string) => ref(paths.latestCheck(orgId), checkResultSchema),
  alert: (orgId: string, id: string) => ref(paths.alert(orgId, id), alertSchema),
  period: (orgId: string, id: string) => ref(paths.period(orgId, id), periodSchema),
  feed: (orgId: string, firstSeq: number) => ref(paths.feed(orgId, firstSeq), feedSchema),
  leafBatch: (orgId: string, firstSeq: number) => ref(paths.leafBatch(orgId, firstSeq), leafBatchSchema),
  organization: (orgId: string) => ref(paths.organization(orgId), organizationSchema),
  member: (orgId: string, uid: string) => ref(paths.member(orgId, uid), memberSchema),
  operation: (orgId: string, id: string) => ref(paths.operation(orgId, id), operationSchema),
  pluginVersion: (orgId: string, name: string, version: string) =>
    ref(paths.pluginVersion(orgId, name, version), pluginVersionSchema),
  policy: (orgId: string, id: string) => ref(paths.policy(orgId, id), policySchema),
  drafts: (orgId: string, executionId: string, attempt: number) =>
    ref(paths.drafts(orgId, executionId, attempt), draftsSchema),
  file: (orgId: string, id: string) => ref(paths.file(orgId, id), fileSchema),
  execution: (orgId: string, id: string) => ref(paths.execution(orgId, id), executionSchema),
  page: (orgId: string, id: string, attempt: number, index: number) =>
    ref(paths.page(orgId, id, attempt, index), pageSchema),
  outcome: (orgId: string, id: string, attempt: number, index: number) =>
    ref(paths.outcome(orgId, id, attempt, index), pageOutcomesSchema),
  problemPage: (orgId: string, id: string, attempt: number, index: number) =>
    ref(paths.problemPage(orgId, id, attempt, index), problemPageSchema),
  approval: (orgId: string, id: string, uid: string) => ref(paths.approval(orgId, id, uid), approvalSchema),
  claim: (orgId: string, hash: string) => ref(paths.claim(orgId, hash), claimSchema),
  proposal: (orgId: string, id: string) => ref(paths.proposal(orgId, id), proposalSchema),
  secret: (orgId: string, name: string) => ref(paths.secret(orgId, name), secretSchema),
  recentPayments: (orgId: string, hash: string) => ref(paths.recentPayments(orgId, hash), recentPaymentsSchema),
  lineage: (orgId: string, id: string) => ref(paths.lineage(orgId, id), lineageSchema),
  unknown: (orgId: string, effectId: string) => ref(paths.unknown(orgId, effectId), unknownSchema),
  unknownProposal: (orgId: string, id: string) => ref(paths.unknownProposal(orgId, id), unknownProposalSchema),
  queue: (orgId: string) => ref(paths.queue(orgId), queueSchema),
  planPayees: (orgId: string, id: string, attempt: number) =>
    ref(paths.planPayees(orgId, id, attempt), planPayeesSchema),
  calendar: (orgId: string, id: string) => ref(paths.calendar(orgId, id), calendarSchema),
  schedule: (orgId: string, id: string) => ref(paths.schedule(orgId, id), scheduleSchema),
  rollup: (orgId: string, id: string) => ref(paths.rollup(orgId, id), rollupSchema),
  delegation: (orgId: string, id: string) => ref(paths.delegation(orgId, id), delegationSchema),
  providerEvent: (orgId: string, id: string) => ref(paths.providerEvent(orgId, id), providerEventSchema),
  recordType: (orgId: string, type: string) => ref(paths.recordType(orgId, type), recordTypeSchema),
  record: (orgId: string, type: string, id: string) => ref(paths.record(orgId, type, id), recordSchema),
  statement: (orgId: string, id: string) => ref(paths.statement(orgId, id), issuedStatementSchema),
  statementSettings: (orgId: string) => ref(paths.statementSettings(orgId), statementSettingsSchema),
  account: (orgId: string, id: string) => ref(paths.account(orgId, id), accountSchema),
  balance: (orgId: string, accountId: string, currency: string) =>
    ref(paths.balance(orgId, accountId, currency), balanceSchema),
  journal: (orgId: string, id: string) => ref(paths.journal(orgId, id), journalSchema),
  streamHead: (orgId: string, name: StreamName) => ref(paths.streamHead(orgId, name), streamHeadSchema),
  inbox: (orgId: string, name: StreamName, id: string) => ref(paths.inbox(orgId, name, id), inboxSchema),
  inboxResult: (orgId: string, name: StreamName, id: string) =>
    ref(paths.inboxResult(orgId, name, id), inboxResultSchema),
  tile: (orgId: string, name: StreamName, level: number, index: number) =>
    ref(paths.tile(orgId, name, level, index), tileSchema),
  evidenceExport: (orgId: string, id: string) => ref(paths.evidenceExport(orgId, id), evidenceExportSchema),
  auditEvent: (orgId: string, id: string) => ref(paths.auditEvent(orgId, id), auditEventSchema),
  auditPersonal: (orgId: string, id: string) => ref(paths.auditPersonal(orgId, id), auditPersonalSchema),
  checkpoint: (orgId: string, name: StreamName, size: number) =>
    ref(paths.checkpoint(orgId, name, size), checkpointSchema),
} as const;
