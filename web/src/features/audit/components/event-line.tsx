import type { AuditEvent } from '@countersign/domain/schemas/audit';
import { type ReactNode, Suspense, lazy, useState } from 'react';
import { useLiveDocument } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { unbroken } from '../../../components/unbroken.ts';
import { refs } from '../../../refs.ts';
import { PART_WORDS, describeEvent } from '../api/sentence.ts';
import classes from './audit-page.module.css';

/** Brings the making and checking of proofs, which few who read the log need. */
const EventFacts = lazy(() => import('./event-facts.tsx'));

export function EventLine({
  event,
  sealedSize,
}: {
  readonly event: AuditEvent;
  /** How far the newest checkpoint reaches; null while that is not known. */
  readonly sealedSize: number | null;
}): ReactNode {
  const [open, setOpen] = useState(false);
  const { body, seq } = event;
  return (
    <li className={classes.event} data-denied={body.type === 'command.denied' || undefined}>
      <span className={classes.when}>
        <Instant at={body.at} seconds />
      </span>
      <span className={classes.sentence}>
        <EventSentence event={event} />
        {sealedSize !== null && seq >= sealedSize && <span className={classes.unsealed}>not sealed yet</span>}
      </span>
      <button
        type="button"
        className={classes.seq}
        aria-expanded={open}
        aria-label={`Event ${seq}: its place and what it changed`}
        title="Its place and what it changed"
        onClick={() => setOpen(!open)}
      >
        #{seq}
      </button>
      {open && (
        <Suspense fallback={null}>
          <EventFacts event={event} />
        </Suspense>
      )}
    </li>
  );
}

/** Who did what, with what is still there of names and free text. */
export function EventSentence({ event: { body } }: { readonly event: AuditEvent }): ReactNode {
  const { orgId } = useWorkplace();
  const hasPersonal = Object.keys(body.commitments).length > 0;
  const personal = useLiveDocument(hasPersonal ? refs.auditPersonal(orgId, body.id) : null);
  const values =
    personal.kind === 'ready' && personal.value
      ? Object.fromEntries(Object.entries(personal.value.values).map(([field, { value }]) => [field, value]))
      : {};
  const erased = hasPersonal && personal.kind === 'ready' && personal.value === null;
  return (
    <>
      <span className={classes.actor}>
        {body.actor.kind === 'member' ? <MemberName uid={body.actor.uid} you={false} /> : PART_WORDS[body.actor.part]}
      </span>{' '}
      {unbroken(describeEvent(body, values))}
      {erased && <span className="muted"> (personal values erased)</span>}
    </>
  );
}
