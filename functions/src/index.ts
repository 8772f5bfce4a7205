import { callable } from './triggers/callables.ts';

export const requestExecution = callable(
  'requestExecution',
  async () => (await import('./commands/request-execution.ts')).requestExecution,
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
export const setStop = callable('setStop', async () => (await import('./commands/set-stop.ts')).setStop);
export const openConnectedAccounts = callable(
  'openConnectedAccounts',
  async () => (await import('./commands/open-connected-accounts.ts')).openConnectedAccounts,
);

export { onWork } from './triggers/on-work.ts';
export { worker } from './triggers/worker.ts';
export { onUpload } from './triggers/on-upload.ts';
export { tick } from './triggers/tick.ts';
