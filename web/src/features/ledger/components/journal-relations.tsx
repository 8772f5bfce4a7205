import type { Journal } from '@countersign/domain/schemas/journal';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useLiveDocument, useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Section } from '../../../components/section.tsx';
import { refs } from '../../../refs.ts';
import { JournalMarkList } from './journal-mark-list.tsx';
import classes from './ledger.module.css';

/** As many as are recorded together. */
const GROUP = 100;

/** Journals that this one belongs to: what it takes back, what takes it back, what it was recorded with. */
export function JournalRelations({ journal }: { readonly journal: Journal }): ReactNode {
  const parts = journal.partReversals.filter((id) => id !== journal.reversedBy);
  const rows: readonly (readonly [string, string | null])[] = [
    ['Reverses', journal.reverses],
    ['Reversed by', journal.reversedBy],
    ...parts.map((id) => ['Reversed in part by', id] as const),
    ['Booked in place of', journal.revives],
    ['Booked anew as', journal.revivedBy],
  ];
  const known = rows.filter((row): row is readonly [string, string] => row[1] !== null);
  if (known.length === 0 && journal.group === null) return null;
  return (
    <Section title="Belongs to">
      <ul className={classes.related}>
        {known.map(([how, id]) => (
          <li key={id}>
            <span className="muted">{how}</span> <OtherJournal id={id} />
          </li>
        ))}
        {journal.group !== null && <Group journal={journal} group={journal.group} />}
      </ul>
    </Section>
  );
}

function OtherJournal({ id }: { readonly id: string }): ReactNode {
  const { orgId } = useWorkplace();
  const live = useLiveDocument(refs.journal(orgId, id));
  const journal = live.kind === 'ready' ? live.value : null;
  return (
    <>
      <Link to={`/ledger/journals/${id}`}>
        {journal === null ? <span className="mono">{id.slice(0, 12)}</span> : journal.memo || 'Journal'}
      </Link>{' '}
      {journal !== null && (
        <>
          <span className="tabular">{journal.effectiveDay}</span> <JournalMarkList journal={journal} />
        </>
      )}
    </>
  );
}

function Group({ journal, group }: { readonly journal: Journal; readonly group: string }): ReactNode {
  const { orgId } = useWorkplace();
  const { live } = useLiveList(refs.journalsOfGroup(orgId, group), GROUP);
  const others = live.kind === 'ready' ? live.value.filter(({ id }) => id !== journal.id) : [];
  return others.map((other) => (
    <li key={other.id}>
      <span className="muted">Recorded together with</span>{' '}
      <Link to={`/ledger/journals/${other.id}`}>{other.memo || 'Journal'}</Link>{' '}
      <span className="tabular">{other.effectiveDay}</span> <JournalMarkList journal={other} />
    </li>
  ));
}
