import { auditSubject, commitment } from '@countersign/domain/audit/event';
import type { AuditEventBody } from '@countersign/domain/schemas/audit';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { Organization } from '@countersign/domain/schemas/organization';
import { expect, test } from 'vitest';
import { refs } from '../refs.ts';
import type { Write } from '../store/database.ts';
import { ChangeSet, eventIdOf } from './change-set.ts';

const NOW = '2026-11-22T10:00:00.000Z';
const ref = refs.organization('acme');
const document = {
  name: 'Acme',
  baseCurrency: 'USD',
  timeZone: 'UTC',
  provider: { connector: 'stripe' as const, account: 'acct_p', mode: 'test' as const },
  allowedHosts: [],
  restored: null,
  stop: { active: false, reason: '', uid: null, at: null },
  createdAt: NOW,
};

const changes = (commitId = 'commit-1'): ChangeSet =>
  new ChangeSet('acme', commitId, { kind: 'member', uid: 'ada', roles: ['admin'] }, NOW);
const at = (writes: readonly Write[], path: string): Record<string, unknown> | undefined =>
  writes.flatMap((write) => (write.path === path && write.op !== 'delete' ? [write.data] : []))[0];
const eventOf = (writes: readonly Write[], commitId = 'commit-1'): AuditEventBody =>
  (
    JSON.parse(String(at(writes, `orgs/acme/streams/audit/inbox/${commitId}`)?.['intents'])) as AuditEventBody[]
  )[0] as AuditEventBody;

test('a new document is version 1, and its audit event names path, version and content', () => {
  const change = changes();
  const created = change.create(ref, document);
  const writes = change.toWrites('organization.created', { data: { members: '3' } });
  expect(writes.map(({ op, path }) => [op, path])).toEqual([
    ['create', 'orgs/acme'],
    ['create', 'orgs/acme/streams/audit/inbox/commit-1'],
  ]);
  expect(created.version).toBe(1);
  expect(eventOf(writes)).toMatchObject({
    id: eventIdOf('acme', 'commit-1'),
    type: 'organization.created',
    at: NOW,
    actor: { kind: 'member', uid: 'ada' },
    executionId: null,
    data: { members: '3' },
    subjects: [auditSubject('orgs/acme', { ...document, version: 1 })],
  });
});

test('a change is the next version, dense, whatever the fields say', () => {
  const change = changes();
  const before: Organization = { ...document, version: 7 };
  const after = change.change(ref, before, { name: 'Acme Ltd', ...({ version: 99 } as object) });
  expect(after).toEqual({ ...before, name: 'Acme Ltd', version: 8 });
  const writes = change.toWrites('organization.stopped');
  expect(at(writes, 'orgs/acme')).toEqual(after);
  expect(eventOf(writes).subjects).toEqual([auditSubject('orgs/acme', after)]);
  expect(before.version).toBe(7);
});

test('a ledger posting enters its inbox in the same commit; none, no inbox', () => {
  const change = changes()
    .post({ type: 'post', id: 'i-1', journalId: 'j-1' })
    .also({ op: 'delete', path: 'orgs/acme/claims/c' });
  const writes = change.toWrites('execution.page_settled', { executionId: 'x-1' });
  expect(at(writes, 'orgs/acme/streams/ledger/inbox/commit-1')).toMatchObject({ count: 1, createdAt: NOW });
  expect(writes).toContainEqual({ op: 'delete', path: 'orgs/acme/claims/c' });
  expect(eventOf(writes).executionId).toBe('x-1');
  expect(
    changes()
      .toWrites('command.denied')
      .some(({ path }) => path.includes('/ledger/')),
  ).toBe(false);
});

test('free text is in the log as a salted commitment only; empty text is not there at all', () => {
  const writes = changes().toWrites('execution.rejected', { personal: { reason: 'Greta says no', comment: '' } });
  const event = eventOf(writes);
  const personal = at(writes, `orgs/acme/auditPersonal/${event.id}`)?.['values'] as Record<
    string,
    { value: string; salt: string }
  >;
  expect(Object.keys(personal)).toEqual(['reason']);
  expect(personal['reason']).toMatchObject({ value: 'Greta says no', salt: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(event.commitments).toEqual({ reason: commitment(personal['reason']?.salt ?? '', 'Greta says no') });
  expect(JSON.stringify(event)).not.toContain('Greta');
  const salts = [1, 2].map(() =>
    JSON.stringify(
      at(
        changes().toWrites('execution.rejected', { personal: { reason: 'same' } }),
        `orgs/acme/auditPersonal/${event.id}`,
      ),
    ),
  );
  expect(salts[0]).not.toBe(salts[1]);
});

test('the same commit is the same event; another commit is another', () => {
  expect(eventOf(changes().toWrites('command.denied')).id).toBe(eventOf(changes().toWrites('command.denied')).id);
  expect(eventOf(changes('commit-2').toWrites('command.denied'), 'commit-2').id).not.toBe(
    eventIdOf('acme', 'commit-1'),
  );
});

test('a document of an execution lies below the organization', () => {
  const change = changes();
  change.change(refs.execution('acme', 'x-1'), { id: 'x-1', version: 2 } as Execution, {});
  expect(eventOf(change.toWrites('execution.completed')).subjects).toMatchObject([
    { path: 'executions/x-1', version: 3 },
  ]);
});
