import fc from 'fast-check';
import { expect, test } from 'vitest';
import { auditEventBodySchema, auditPersonalSchema, type AuditEvent, type AuditEventBody } from '../schemas/audit.ts';
import { decideAudit } from './decide.ts';
import {
  auditEvent,
  auditSubject,
  commitment,
  contentHash,
  memberCommitment,
  subjectDocument,
  subjectPath,
} from './event.ts';
import { auditLeaf } from './leaf.ts';

const AT = '2026-11-22T10:00:00.000Z';
const event = (id: string, comment?: string): ReturnType<typeof auditEvent> =>
  auditEvent({
    id,
    type: 'execution.approved',
    at: AT,
    actor: { kind: 'member', uid: 'u1', roles: ['approver'] },
    executionId: 'e1',
    subjects: [auditSubject('orgs/acme/executions/e1', { id: 'e1', version: 3 })],
    data: { level: '0' },
    ...(comment === undefined ? {} : { personal: { comment: { value: comment, salt: '00ff' } } }),
  });

test('an event carries commitments instead of personal values', () => {
  const { body, personal } = event('a', 'Looks fine to Ann');
  expect(auditEventBodySchema.parse(body)).toEqual(body);
  expect(auditPersonalSchema.parse({ values: personal })).toEqual({
    values: { comment: { value: 'Looks fine to Ann', salt: '00ff' } },
  });
  expect(JSON.stringify(body)).not.toContain('Ann');
  expect(body.commitments).toEqual({ comment: commitment('00ff', 'Looks fine to Ann') });
  expect(event('b').personal).toEqual({});
});

test('a commitment is the SHA-256 of the RFC 8785 text of salt and value', () => {
  // printf '{"salt":"s","value":{"a":1,"b":"x"}}' | sha256sum
  expect(commitment('s', { b: 'x', a: 1 })).toBe('931b416e68551bbc35c0bd9d6546fc29710b67ac961a9b70d0a521756474926d');
});

test('a content hash does not depend on the order of fields, and not on what may be erased', () => {
  expect(contentHash({ a: 1, b: { c: 2, d: 3 } })).toBe(contentHash({ b: { d: 3, c: 2 }, a: 1 }));
  expect(contentHash({ a: 1 })).not.toBe(contentHash({ a: 2 }));
  const member = {
    uid: 'u',
    name: 'Ann',
    email: 'ann@example.com',
    salt: 's',
    commitment: memberCommitment('s', { name: 'Ann', email: 'ann@example.com' }),
    version: 1,
  };
  expect(contentHash({ ...member, name: '', email: '', salt: '' })).toBe(contentHash(member));
  expect(
    contentHash({ ...member, commitment: memberCommitment('s', { name: 'Bob', email: 'ann@example.com' }) }),
  ).not.toBe(contentHash(member));
  // Names of operations, policies and files are no person's: there they count.
  expect(contentHash({ name: 'a', version: 1 })).not.toBe(contentHash({ name: 'b', version: 1 }));
});

test('subject paths lead back to their documents', () => {
  for (const path of ['orgs/acme', 'orgs/acme/members/u', 'orgs/acme/executions/e/approvals/u']) {
    expect(subjectDocument('acme', { path: subjectPath(path) })).toBe(path);
  }
  expect(subjectPath('orgs/acme')).toBe('.');
  expect(() => subjectPath('elsewhere/x')).toThrow('lies in an organization');
});

test('any events in any batches: dense places, once each, and the leaf that the document makes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.tuple(fc.nat(15), fc.boolean()), { maxLength: 8 }), { maxLength: 8 }),
      (batches) => {
        const recorded = new Map<string, AuditEvent>();
        const leaves: string[] = [];
        for (const [number, batch] of batches.entries()) {
          const bodies = batch.map(
            ([id, other]): AuditEventBody => event(`e${id}`, other && id === 3 ? 'differs' : undefined).body,
          );
          const decision = decideAudit(leaves.length, recorded, bodies, `2026-11-22T10:00:0${number}.000Z`);
          for (const one of decision.events) {
            expect(recorded.has(one.body.id)).toBe(false);
            recorded.set(one.body.id, one);
          }
          leaves.push(...decision.leaves);
          bodies.forEach((body, index) => {
            const refused = decision.refusals.some((refusal) => refusal.index === index);
            expect(refused).toBe(JSON.stringify(recorded.get(body.id)?.body) !== JSON.stringify(body));
          });
        }
        const inPlace: string[] = [];
        for (const one of recorded.values()) inPlace[one.seq] = auditLeaf(one);
        expect(inPlace).toEqual(leaves);
      },
    ),
  );
});
