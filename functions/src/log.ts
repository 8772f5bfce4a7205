import { logger } from 'firebase-functions';

/** Every sentence that the platform logs, in one place. Ids and counts only: no names, no secrets. */
export const log = {
  commandDenied: (facts: { command: string; uid: string | null; orgId: string | null; code: string }) =>
    logger.warn('Command denied', facts),
  commandFailed: (facts: { command: string; code: string; message: string }) => logger.error('Command failed', facts),
  notTidied: (facts: { command: string; message: string }) =>
    logger.warn('Something was left to be tidied; the tick will', facts),
  wakeFailed: (facts: { orgId: string; workId: string; message: string }) =>
    logger.warn('Could not enqueue a task; the tick will', facts),
  workTaken: (facts: { orgId: string; workId: string; token: number }) => logger.debug('Work taken', facts),
  workBusy: (facts: { orgId: string; workId: string }) => logger.debug('Work is held by another worker', facts),
  workLost: (facts: { orgId: string; workId: string; token: number }) =>
    logger.warn('Lease lost; this worker stops', facts),
  workFailed: (facts: {
    orgId: string;
    workId: string;
    code: string;
    message: string;
    failures: number;
    stack?: string | undefined;
  }) => logger.error('Worker failed', facts),
  workStuck: (facts: { orgId: string; workId: string; failures: number }) =>
    logger.error('Work has failed again and again', facts),
  planned: (facts: { orgId: string; executionId: string; effects: number; problems: number; ms: number }) =>
    logger.info('Planned', facts),
  planFailed: (facts: { orgId: string; executionId: string; message: string; stack?: string | undefined }) =>
    logger.error('A plan failed through a fault of the platform', facts),
  applied: (facts: { orgId: string; executionId: string; state: string; ms: number }) => logger.info('Applied', facts),
  settlementNotAsked: (facts: { orgId: string; executionId: string; code: string }) =>
    logger.warn('The provider could not be asked what became of a payment', facts),
  settlementOverdue: (facts: { orgId: string; executionId: string }) =>
    logger.error('Money is on its way since ten days, and nobody says what became of it', facts),
  providerEventRefused: (facts: { orgId: string; executionId: string; eventId: string; reason: string }) =>
    logger.error('An event of the provider was given up', facts),
  webhookRefused: (facts: { reason: string }) => logger.warn('A webhook was refused', facts),
  webhookIgnored: (facts: { type: string; eventId: string; reason: string }) =>
    logger.warn('An event of the provider concerns nothing of ours', facts),
  rolledBack: (facts: { orgId: string; stream: string; publishedSize: number; size: number }) =>
    logger.error('ALERT: the database was rolled back or rewritten; payments are stopped', facts),
  ticked: (facts: { woken: number; ms: number }) => logger.debug('Ticked', facts),
  tickFailed: (facts: { part: string; message: string }) => logger.error('A part of the tick failed', facts),
  fileProfiled: (facts: { orgId: string; fileId: string; sizeBytes: number; status: string }) =>
    logger.info('File profiled', facts),
  uploadIgnored: (facts: { path: string }) => logger.warn('Object outside the upload folders ignored', facts),
} as const;
