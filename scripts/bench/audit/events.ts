import { auditEvent } from '@countersign/domain/audit/event';
import type { AuditEvent } from '@countersign/domain/schemas/audit';
import { hash } from 'node:crypto';

const START = Date.parse('2026-11-01T00:00:00.000Z');

/** Events as a page of a run leaves them: who, which two documents at which version, and some machine facts. */
export function benchEvents(count: number): AuditEvent[] {
  return Array.from({ length: count }, (_, seq) => {
    const at = new Date(START + seq * 1000).toISOString();
    const executionId = hash('md5', `execution ${seq % 500}`);
    const { body } = auditEvent({
      id: hash('sha256', `event ${seq}`).slice(0, 32),
      type: 'execution.page_settled',
      at,
      actor: { kind: 'system', part: 'engine' },
      executionId,
      subjects: [
        {
          path: `executions/${executionId}`,
          version: 1 + Math.floor(seq / 500),
          contentHash: hash('sha256', `${seq}`),
        },
      ],
      data: { page: `${seq % 100}`, outcomes: hash('sha256', `outcomes ${seq}`), succeeded: '100' },
    });
    return { seq, recordedAt: at, body };
  });
}
