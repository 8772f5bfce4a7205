import { addMember } from './add-member.ts';
import { approveExecution } from './approve-execution.ts';
import { cancelExecution } from './cancel-execution.ts';
import { decideChange } from './decide-change.ts';
import { openConnectedAccounts } from './open-connected-accounts.ts';
import { proposeChange } from './propose-change.ts';
import { rejectExecution } from './reject-execution.ts';
import { requestExecution } from './request-execution.ts';
import { rerunExecution } from './rerun-execution.ts';
import { resumeExecution } from './resume-execution.ts';
import { retirePlugin } from './retire-plugin.ts';
import { setStop } from './set-stop.ts';

import { uploadPlugin } from './upload-plugin.ts';

/** Every command of the platform. A new one is a file and a line here. */
export const commands = {
  requestExecution,
  resumeExecution,
  rerunExecution,
  approveExecution,
  rejectExecution,
  cancelExecution,
  setStop,
  openConnectedAccounts,
  proposeChange,
  decideChange,
  addMember,
  uploadPlugin,
  retirePlugin,
} as const;
