import type { AuditEvent } from '@countersign/domain/schemas/audit';

export interface AuditGroup {
  readonly executionId: string | null;
  readonly key: string;
  readonly items: readonly AuditItem[];
}

/** One event, or a run of page events, which are many and alike: they collapse to one counted line. */
export type AuditItem =
  | { readonly kind: 'event'; readonly event: AuditEvent }
  | { readonly kind: 'pages'; readonly events: readonly AuditEvent[] };

/** A run of fewer page events is shown line by line. */
const COLLAPSE_FROM = 4;

/** Consecutive events of one execution form a group, in the order of the stream. */
export function groupEvents(events: readonly AuditEvent[]): readonly AuditGroup[] {
  const groups: { executionId: string | null; key: string; events: AuditEvent[] }[] = [];
  for (const event of events) {
    const last = groups.at(-1);
    if (last && last.executionId === event.body.executionId) last.events.push(event);
    else groups.push({ executionId: event.body.executionId, key: event.body.id, events: [event] });
  }
  return groups.map(({ executionId, key, events: inGroup }) => ({ executionId, key, items: collapse(inGroup) }));
}

function collapse(events: readonly AuditEvent[]): readonly AuditItem[] {
  const items: AuditItem[] = [];
  let run: AuditEvent[] = [];
  const flush = (): void => {
    if (run.length >= COLLAPSE_FROM) items.push({ kind: 'pages', events: run });
    else items.push(...run.map((event) => ({ kind: 'event' as const, event })));
    run = [];
  };
  for (const event of events) {
    if (event.body.type === 'execution.page_intended' || event.body.type === 'execution.page_settled') {
      run.push(event);
      continue;
    }
    flush();
    items.push({ kind: 'event', event });
  }
  flush();
  return items;
}
