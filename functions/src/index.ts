import { callable, LARGE } from './triggers/callables.ts';
import { statementQuery } from './triggers/statement-queries.ts';

export const requestExecution = callable(
  'requestExecution',
  async () => (await import('./commands/request-execution.ts')).requestExecution,
);
export const resumeExecution = callable(
  'resumeExecution',
  async () => (await import('./commands/resume-execution.ts')).resumeExecution,
);
export const rerunExecution = callable(
  'rerunExecution',
  async () => (await import('./commands/rerun-execution.ts')).rerunExecution,
);
export const proposeUnknownSettlement = callable(
  'proposeUnknownSettlement',
  async () => (await import('./commands/propose-unknown-settlement.ts')).proposeUnknownSettlement,
);
export const decideUnknownSettlement = callable(
  'decideUnknownSettlement',
  async () => (await import('./commands/decide-unknown-settlement.ts')).decideUnknownSettlement,
);
export const approveExecution = callable(
  'approveExecution',
  async () => (await import('./commands/approve-execution.ts')).approveExecution,
);
export const rejectExecution = callable(
  'rejectExecution',
  async () => (await import('./commands/reject-execution.ts')).rejectExecution,
);
export const cancelExecution = callable(
  'cancelExecution',
  async () => (await import('./commands/cancel-execution.ts')).cancelExecution,
);
export const setDelegation = callable(
  'setDelegation',
  async () => (await import('./commands/set-delegation.ts')).setDelegation,
);
export const endDelegation = callable(
  'endDelegation',
  async () => (await import('./commands/end-delegation.ts')).endDelegation,
);
export const setStop = callable('setStop', async () => (await import('./commands/set-stop.ts')).setStop);
export const pauseOperation = callable(
  'pauseOperation',
  async () => (await import('./commands/pause-operation.ts')).pauseOperation,
);
export const resumeOperation = callable(
  'resumeOperation',
  async () => (await import('./commands/pause-operation.ts')).resumeOperation,
);
export const setMaxRunning = callable(
  'setMaxRunning',
  async () => (await import('./commands/pause-operation.ts')).setMaxRunning,
);
export const setSchedule = callable(
  'setSchedule',
  async () => (await import('./commands/set-schedule.ts')).setSchedule,
);
export const pauseSchedule = callable(
  'pauseSchedule',
  async () => (await import('./commands/pause-schedule.ts')).pauseSchedule,
);
export const resumeSchedule = callable(
  'resumeSchedule',
  async () => (await import('./commands/pause-schedule.ts')).resumeSchedule,
);
export const deleteSchedule = callable(
  'deleteSchedule',
  async () => (await import('./commands/pause-schedule.ts')).deleteSchedule,
);
export const setCalendar = callable(
  'setCalendar',
  async () => (await import('./commands/set-calendar.ts')).setCalendar,
);
export const openConnectedAccounts = callable(
  'openConnectedAccounts',
  async () => (await import('./commands/open-connected-accounts.ts')).openConnectedAccounts,
);

export const openAccounts = callable(
  'openAccounts',
  async () => (await import('./commands/open-accounts.ts')).openAccounts,
);
export const openPeriods = callable(
  'openPeriods',
  async () => (await import('./commands/open-periods.ts')).openPeriods,
);
export const placeHold = callable('placeHold', async () => (await import('./commands/place-hold.ts')).placeHold);
export const acknowledgeAlert = callable(
  'acknowledgeAlert',
  async () => (await import('./commands/acknowledge-alert.ts')).acknowledgeAlert,
);
export const issueStatement = callable(
  'issueStatement',
  async () => (await import('./commands/issue-statement.ts')).issueStatement,
  LARGE,
);
export const setStatementSettings = callable(
  'setStatementSettings',
  async () => (await import('./commands/set-statement-settings.ts')).setStatementSettings,
);
export const readStatement = statementQuery('readStatement');
export const readRestatement = statementQuery('readRestatement');
export const readRestatementCauses = statementQuery('readRestatementCauses');
export const readClosingChecklist = statementQuery('readClosingChecklist');
export const exportEvidence = callable(
  'exportEvidence',
  async () => (await import('./commands/export-evidence.ts')).exportEvidence,
);
export const exportLedger = callable(
  'exportLedger',
  async () => (await import('./commands/export-ledger.ts')).exportLedger,
);
export const noteDownload = callable(
  'noteDownload',
  async () => (await import('./commands/note-download.ts')).noteDownload,
);
export const proposeChange = callable(
  'proposeChange',
  async () => (await import('./commands/propose-change.ts')).proposeChange,
);
export const decideChange = callable(
  'decideChange',
  async () => (await import('./commands/decide-change.ts')).decideChange,
);
export const addMember = callable('addMember', async () => (await import('./commands/add-member.ts')).addMember);
export const markNotificationsRead = callable(
  'markNotificationsRead',
  async () => (await import('./commands/mark-notifications-read.ts')).markNotificationsRead,
);
export const uploadPlugin = callable(
  'uploadPlugin',
  async () => (await import('./commands/upload-plugin.ts')).uploadPlugin,
);
export const retirePlugin = callable(
  'retirePlugin',
  async () => (await import('./commands/retire-plugin.ts')).retirePlugin,
);

export { onWork } from './triggers/on-work.ts';
export { worker } from './triggers/worker.ts';
export { onUpload } from './triggers/on-upload.ts';
export { tick } from './triggers/tick.ts';
export { stripeWebhook } from './triggers/stripe-webhook.ts';
