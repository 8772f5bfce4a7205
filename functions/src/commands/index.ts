import { approveExecution } from './approve-execution.ts';
import { cancelExecution } from './cancel-execution.ts';
import { openConnectedAccounts } from './open-connected-accounts.ts';
import { rejectExecution } from './reject-execution.ts';
import { requestExecution } from './request-execution.ts';
import { setStop } from './set-stop.ts';

/** Every command of the platform. A new one is a file and a line here. */
export const commands = {
  requestExecution,
  approveExecution,
  rejectExecution,
  cancelExecution,
  setStop,
  openConnectedAccounts,
} as const;
