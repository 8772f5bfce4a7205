import { endDelegation } from './end-delegation.ts';
import { setDelegation } from './set-delegation.ts';
import { addMember } from './add-member.ts';
import { approveExecution } from './approve-execution.ts';
import { cancelExecution } from './cancel-execution.ts';
import { decideChange } from './decide-change.ts';
import { markNotificationsRead } from './mark-notifications-read.ts';
import { exportEvidence } from './export-evidence.ts';
import { exportLedger } from './export-ledger.ts';
import { noteDownload } from './note-download.ts';
import { openConnectedAccounts } from './open-connected-accounts.ts';
import { pauseOperation, resumeOperation, setMaxRunning } from './pause-operation.ts';
import { proposeChange } from './propose-change.ts';
import { decideUnknownSettlement } from './decide-unknown-settlement.ts';
import { proposeUnknownSettlement } from './propose-unknown-settlement.ts';
import { rejectExecution } from './reject-execution.ts';
import { requestExecution } from './request-execution.ts';
import { rerunExecution } from './rerun-execution.ts';
import { resumeExecution } from './resume-execution.ts';
import { retirePlugin } from './retire-plugin.ts';
import { deleteSchedule, pauseSchedule, resumeSchedule } from './pause-schedule.ts';
import { acknowledgeAlert } from './acknowledge-alert.ts';
import { openAccounts } from './open-accounts.ts';
import { openPeriods } from './open-periods.ts';
import { issueStatement } from './issue-statement.ts';
import { setStatementSettings } from './set-statement-settings.ts';
import { placeHold } from './place-hold.ts';
import { setCalendar } from './set-calendar.ts';
import { setSchedule } from './set-schedule.ts';
import { setStop } from './set-stop.ts';

import { uploadPlugin } from './upload-plugin.ts';

/** Every command of the platform. A new one is a file and a line here. */
export const commands = {
  requestExecution,
  resumeExecution,
  rerunExecution,
  proposeUnknownSettlement,
  decideUnknownSettlement,
  approveExecution,
  rejectExecution,
  cancelExecution,
  setDelegation,
  endDelegation,
  setStop,
  setSchedule,
  pauseSchedule,
  resumeSchedule,
  deleteSchedule,
  setCalendar,
  issueStatement,
  setStatementSettings,
  openAccounts,
  openPeriods,
  placeHold,
  acknowledgeAlert,
  pauseOperation,
  resumeOperation,
  setMaxRunning,
  openConnectedAccounts,
  exportEvidence,
  exportLedger,
  noteDownload,
  proposeChange,
  decideChange,
  addMember,
  markNotificationsRead,
  uploadPlugin,
  retirePlugin,
} as const;
