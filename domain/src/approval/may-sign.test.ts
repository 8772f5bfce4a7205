import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ApprovalLevel } from '../schemas/policy.ts';
import type { Delegation } from '../schemas/delegation.ts';
import { standInsOf } from './delegation.ts';
import { currentLevel, missingSignatures, type Signature } from './levels.ts';
import { maySign, NO_FACTS, type Signer, type SigningFacts } from './may-sign.ts';

const NOW = '2026-03-02T10:00:00.000Z';
const level = (role: ApprovalLevel['role'], people = 1): ApprovalLevel => ({ role, people });
const delegation = (id: string, fromUid: string, toUid: string, roles: Delegation['roles']): Delegation => ({
  id,
  fromUid,
  toUid,
  roles,
  startsAt: '2026-03-01T00:00:00.000Z',
  endsAt: '2026-03-09T00:00:00.000Z',
  comment: 'away',
  commitment: 'a'.repeat(64),
  salt: 's',
  createdBy: fromUid,
  createdAt: '2026-03-01T00:00:00.000Z',
  endedAt: null,
  endedBy: null,
  version: 1,
});

describe('maySign', () => {
  const levels = [level('approver', 2), level('executive')];
  const waiting = { state: 'awaiting_approval', requestedBy: 'olivia' };
  const member = (uid: string, roles: ApprovalLevel['role'][], active = true) => ({ uid, roles, active });
  const signed = (...uids: string[]) => uids.map((uid, index) => ({ uid, level: index < 2 ? 0 : 1 }));

  test.each([
    ['the first', member('amir', ['approver']), waiting, [], { may: true, level: 0, role: 'approver' }],
    [
      'the second of the same level',
      member('bea', ['approver']),
      waiting,
      signed('amir'),
      { may: true, level: 0, role: 'approver' },
    ],
    [
      'the next level',
      member('edith', ['executive']),
      waiting,
      signed('amir', 'bea'),
      { may: true, level: 1, role: 'executive' },
    ],
    [
      'the next level too early',
      member('edith', ['executive']),
      waiting,
      signed('amir'),
      { may: false, code: 'permission_denied' },
    ],
    [
      'a level that is full',
      member('cara', ['approver']),
      waiting,
      signed('amir', 'bea'),
      { may: false, code: 'permission_denied' },
    ],
    [
      'when all is signed',
      member('cara', ['approver', 'executive']),
      waiting,
      signed('amir', 'bea', 'edith'),
      { may: false, code: 'failed_precondition' },
    ],
    ['the requester', member('olivia', ['approver', 'executive']), waiting, [], { may: false, code: 'self_approval' }],
    [
      'the same person again',
      member('amir', ['approver', 'executive']),
      waiting,
      signed('amir'),
      { may: false, code: 'already_signed' },
    ],
    [
      'the same person at the next level',
      member('amir', ['approver', 'executive']),
      waiting,
      signed('amir', 'bea'),
      { may: false, code: 'already_signed' },
    ],
    ['somebody who left', member('amir', ['approver'], false), waiting, [], { may: false, code: 'permission_denied' }],
    ['somebody without a role', member('vera', []), waiting, [], { may: false, code: 'permission_denied' }],
    ...(
      [
        'planning',
        'approved',
        'applying',
        'completed',
        'rejected',
        'cancelled',
        'expired',
        'drifted',
        'failed',
        'needs_repair',
      ] as const
    ).map(
      (state) =>
        [
          `a run that is ${state}`,
          member('amir', ['approver']),
          { ...waiting, state },
          [],
          { may: false, code: 'failed_precondition' },
        ] as const,
    ),
  ] as const)('%s', (_, who, execution, signatures, expected) => {
    expect(maySign({ ...who, roles: [...who.roles] }, execution, levels, [...signatures])).toMatchObject(expected);
  });

  const facts = (fields: Partial<SigningFacts>): SigningFacts => ({ ...NO_FACTS, ...fields });
  const standIn = (uid: string, lends: ApprovalLevel['role'][] = [], others: string[] = []) => ({ uid, lends, others });
  const amir = member('amir', ['approver']);
  const uma = member('uma', ['operator']);

  test.each<[string, Signer, Signature[], SigningFacts, object]>([
    [
      'who uploaded an input file',
      amir,
      [],
      facts({ editors: [{ uid: 'amir', file: 'pay.csv' }] }),
      { may: false, code: 'self_approval', reason: expect.stringContaining('You uploaded pay.csv') },
    ],
    [
      'who is paid',
      amir,
      [],
      facts({ payees: [{ uid: 'amir', account: 'acct_1' }] }),
      { may: false, code: 'self_approval', reason: expect.stringContaining('pays acct_1, which is linked to you') },
    ],
    [
      'somebody else uploaded, somebody else is paid',
      amir,
      [],
      facts({ editors: [{ uid: 'bea', file: 'f' }], payees: [{ uid: 'bea', account: 'acct_1' }] }),
      { may: true, forUid: null },
    ],
    [
      'a delegate, in the role that was lent',
      uma,
      [],
      facts({ standIns: [standIn('amir', ['approver'])] }),
      { may: true, level: 0, role: 'approver', forUid: 'amir' },
    ],
    [
      'a delegate for another role',
      uma,
      [],
      facts({ standIns: [standIn('edith', ['executive'])] }),
      { may: false, code: 'permission_denied' },
    ],
    [
      'who holds the role signs for himself',
      amir,
      [],
      facts({ standIns: [standIn('bea', ['approver'])] }),
      { may: true, forUid: null },
    ],
    [
      'a delegate of the requester, in a role of his own',
      amir,
      [],
      facts({ standIns: [standIn('olivia', ['operator'])] }),
      { may: false, code: 'self_approval', reason: expect.stringContaining('who asked for this run') },
    ],
    [
      'who has the requester as delegate',
      amir,
      [],
      facts({ standIns: [standIn('olivia')] }),
      { may: false, code: 'self_approval' },
    ],
    [
      'a delegate of the uploader',
      amir,
      [],
      facts({ standIns: [standIn('uma')], editors: [{ uid: 'uma', file: 'pay.csv' }] }),
      { may: false, code: 'self_approval', reason: expect.stringContaining('who uploaded pay.csv') },
    ],
    [
      'a delegate of the payee',
      amir,
      [],
      facts({ standIns: [standIn('uma')], payees: [{ uid: 'uma', account: 'acct_1' }] }),
      { may: false, code: 'self_approval', reason: expect.stringContaining('to whom acct_1 is linked') },
    ],
    [
      'the delegator, after his delegate signed for him',
      amir,
      [{ uid: 'uma', level: 0, forUid: 'amir' }],
      NO_FACTS,
      { may: false, code: 'already_signed', reason: expect.stringContaining('Your delegate') },
    ],
    [
      'the delegate, after the delegator signed',
      uma,
      [{ uid: 'amir', level: 0 }],
      facts({ standIns: [standIn('amir', ['approver'])] }),
      { may: false, code: 'already_signed', reason: expect.stringContaining('count as one') },
    ],
    [
      'the delegate in a role of his own, after the delegator signed',
      member('bea', ['approver']),
      [{ uid: 'amir', level: 0 }],
      facts({ standIns: [standIn('amir', ['approver'])] }),
      { may: false, code: 'already_signed' },
    ],
    [
      'the delegator, after the delegate signed in a role of his own',
      amir,
      [{ uid: 'bea', level: 0 }],
      facts({ standIns: [standIn('bea')] }),
      { may: false, code: 'already_signed' },
    ],
    [
      'a second delegate of the same person',
      uma,
      [{ uid: 'tom', level: 0, forUid: 'amir' }],
      facts({ standIns: [standIn('amir', ['approver'], ['tom'])] }),
      { may: false, code: 'already_signed' },
    ],
    [
      'for somebody whose other delegate has signed in a role of his own',
      uma,
      [{ uid: 'bea', level: 0 }],
      facts({ standIns: [standIn('amir', ['approver'], ['bea'])] }),
      { may: false, code: 'self_approval', reason: expect.stringContaining('has a part in this run already') },
    ],
    [
      'for somebody whose other delegate is the requester',
      uma,
      [],
      facts({ standIns: [standIn('amir', ['approver'], ['olivia'])] }),
      { may: false, code: 'self_approval' },
    ],
    [
      'for the one of two whom nothing excludes',
      uma,
      [],
      facts({ standIns: [standIn('amir', ['approver'], ['olivia']), standIn('bea', ['approver'])] }),
      { may: true, forUid: 'bea' },
    ],
    [
      'for somebody whose other delegate has no part in the run',
      uma,
      [{ uid: 'cara', level: 0, forUid: 'dora' }],
      facts({
        standIns: [standIn('amir', ['approver'], ['tom'])],
        editors: [{ uid: 'vera', file: 'f' }],
        payees: [{ uid: 'vera', account: 'acct_1' }],
      }),
      { may: true, forUid: 'amir' },
    ],
    [
      'for somebody whose other delegate has signed for a third',
      uma,
      [{ uid: 'tom', level: 0, forUid: 'dora' }],
      facts({ standIns: [standIn('amir', ['approver'], ['dora'])] }),
      { may: false, code: 'self_approval' },
    ],
    [
      'for somebody whose other delegate is one of several who have signed',
      uma,
      [
        { uid: 'cara', level: 0 },
        { uid: 'tom', level: 0 },
      ],
      facts({ standIns: [standIn('edith', ['executive'], ['tom'])] }),
      { may: false, code: 'self_approval' },
    ],
    [
      'for somebody whose other delegate uploaded a file',
      uma,
      [],
      facts({ standIns: [standIn('amir', ['approver'], ['tom'])], editors: [{ uid: 'tom', file: 'f' }] }),
      { may: false, code: 'self_approval' },
    ],
    [
      'for somebody whose other delegate is paid',
      uma,
      [],
      facts({ standIns: [standIn('amir', ['approver'], ['tom'])], payees: [{ uid: 'tom', account: 'acct_1' }] }),
      { may: false, code: 'self_approval' },
    ],
    [
      'after two have signed for each other with whom the member has nothing to do',
      amir,
      [{ uid: 'cara', level: 0, forUid: 'dora' }],
      facts({ standIns: [standIn('bea')] }),
      { may: true, forUid: null },
    ],
  ])('%s', (_, who, signatures, given, expected) => {
    expect(maySign(who, waiting, levels, signatures, given)).toMatchObject(expected);
  });

  test.each<[string, Signer, typeof waiting, Signature[]]>([
    ['This run is not waiting for a signature.', amir, { ...waiting, state: 'planning' }, []],
    ['Your membership is not active.', { ...amir, active: false }, waiting, []],
    ['You asked for this run, so somebody else must sign it.', { ...amir, uid: 'olivia' }, waiting, []],
    ['You have signed this run already.', amir, waiting, signed('amir')],
    ['Signing this run takes the role approver.', uma, waiting, []],
    ['All signatures are given.', amir, waiting, signed('bea', 'cara', 'edith')],
  ])('why not: %s', (reason, who, execution, signatures) => {
    expect(maySign(who, execution, levels, signatures)).toMatchObject({ may: false, reason });
  });

  test('however many try in whatever order, a run is signed by as many different people as its levels ask for, none of them the requester', () => {
    const people = fc.array(
      fc.record({
        uid: fc.constantFrom('olivia', 'a', 'b', 'c', 'd', 'e'),
        roles: fc.subarray(['approver', 'executive'] as const),
        active: fc.boolean(),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(people, fc.integer({ min: 1, max: 3 }), (tries, needed) => {
        const asked = [level('approver', needed), level('executive')];
        const signatures: { uid: string; level: number }[] = [];
        for (const one of tries) {
          const decision = maySign({ ...one, roles: [...one.roles] }, waiting, asked, signatures);
          if (decision.may) signatures.push({ uid: one.uid, level: decision.level });
        }
        expect(new Set(signatures.map((signature) => signature.uid)).size).toBe(signatures.length);
        expect(signatures.some((signature) => signature.uid === 'olivia')).toBe(false);
        expect(missingSignatures(asked, signatures)).toBe(needed + 1 - signatures.length);
        expect(currentLevel(asked, signatures) === null).toBe(signatures.length === needed + 1);
      }),
    );
  });

  test('with any delegations: as many people as the levels ask for, no two of them one, and nobody with a part in the run', () => {
    const UIDS = ['olivia', 'a', 'b', 'c', 'd', 'e'] as const;
    const roles = fc.subarray(['approver', 'executive'] as const);
    const people = fc.tuple(roles, roles, roles, roles, roles, roles);
    const pair = fc.record({ from: fc.constantFrom(...UIDS), to: fc.constantFrom(...UIDS), roles });
    const tries = fc.array(fc.constantFrom(...UIDS), { maxLength: 30 });
    fc.assert(
      fc.property(
        people,
        fc.array(pair, { maxLength: 6 }),
        tries,
        fc.option(fc.constantFrom(...UIDS)),
        fc.option(fc.constantFrom(...UIDS)),
        (held, pairs, order, editor, payee) => {
          const members = UIDS.map((uid, at) => member(uid, held[at] ?? []));
          const delegations = pairs
            .filter(({ from, to, roles: lent }) => from !== to && lent.length > 0)
            .map(({ from, to, roles: lent }, at) => delegation(String(at), from, to, lent));
          const excluded = new Set<string>(['olivia', editor ?? 'olivia', payee ?? 'olivia']);
          const signatures: { uid: string; level: number; forUid: string | null }[] = [];
          for (const uid of order) {
            const who = members.find((one) => one.uid === uid) ?? member(uid, []);
            const decision = maySign(who, waiting, levels, signatures, {
              editors: editor === null ? [] : [{ uid: editor, file: 'f' }],
              payees: payee === null ? [] : [{ uid: payee, account: 'acct' }],
              standIns: standInsOf(uid, delegations, members, NOW),
            });
            if (decision.may) signatures.push({ uid, level: decision.level, forUid: decision.forUid });
          }
          const identities = signatures.map(({ uid, forUid }) => [uid, ...(forUid === null ? [] : [forUid])]);
          const one = (left: string, right: string): boolean =>
            left === right ||
            delegations.some(
              ({ fromUid, toUid }) => (fromUid === left && toUid === right) || (fromUid === right && toUid === left),
            );
          identities.forEach((mine, at) => {
            for (const uid of mine) {
              for (const other of excluded) expect(one(uid, other)).toBe(false);
              for (const theirs of identities.slice(at + 1))
                for (const other of theirs) expect(one(uid, other)).toBe(false);
            }
          });
          for (const { uid, forUid, level: at } of signatures) {
            const role = levels[at]?.role ?? 'viewer';
            expect(members.find((person) => person.uid === (forUid ?? uid))?.roles).toContain(role);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
