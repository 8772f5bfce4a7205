import { unknownSchema } from '@countersign/domain/schemas/unknown';
import { beforeEach, expect, test } from 'vitest';
import { expectSound } from './testing/sound.ts';
import { ALPHA, BRAVO, csvOf, World } from './testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
  await world.setMember('otto', { roles: ['approver'] });
  world.provider.break('A-1', 'timeout_before');
  // Olivia asked for it, Amir signed it.
  await world.payOut(
    csvOf([
      ['A-1', ALPHA, '10.00', 'USD'],
      ['B-1', BRAVO, '20.00', 'USD'],
    ]),
  );
  world.clock.pass(10 * 60_000);
});

const propose = async (uid: string): Promise<string> => {
  const [unknown] = world.documents('unknowns').map((one) => unknownSchema.parse(one));
  const input = { executionId: unknown?.executionId ?? '', effectKeys: [unknown?.key ?? ''] };
  const rest = { finding: 'not_paid', reason: 'seen at the bank' } as const;
  return (await world.command(uid, 'proposeUnknownSettlement', { ...input, ...rest })).proposalId;
};
const decide = (proposalId: string, uid: string, decision: 'approve' | 'reject' = 'approve') =>
  world.command(uid, 'decideUnknownSettlement', { proposalId, decision, reason: 'I have looked too' });
const delegate = (fromUid: string, toUid: string) =>
  world.command('ada', 'setDelegation', {
    fromUid,
    toUid,
    roles: fromUid === 'olivia' ? ['operator'] : ['approver'],
    endsAt: new Date(world.clock.now().getTime() + 86_400_000).toISOString(),
    reason: 'away',
  });
const refusal = (text: string) => ({ code: 'self_approval', message: expect.stringContaining(text) as string });

test.each([
  ['who stands in for who asked for the run', () => delegate('olivia', 'bea'), 'asked for this run'],
  ['for whom who asked for the run stands', () => delegate('bea', 'olivia'), 'asked for this run'],
  [
    'who would have been paid',
    () => world.agree({ kind: 'member.payees', uid: 'bea', payeeAccounts: [ALPHA] }),
    'linked to you',
  ],
  [
    'who stands in for who would have been paid',
    async () => {
      await world.agree({ kind: 'member.payees', uid: 'amir', payeeAccounts: [ALPHA] });
      await delegate('amir', 'bea');
    },
    `to whom ${ALPHA} is linked`,
  ],
])('%s neither says nor decides what became of it', async (_, prepare, text) => {
  const proposalId = await propose('otto');
  await prepare();
  await expect(decide(proposalId, 'bea')).rejects.toMatchObject(refusal(text));
  await decide(proposalId, 'bea', 'reject');
  await expect(propose('bea')).rejects.toMatchObject(refusal(text));
  await expectSound(world);
});

test('who stands in for the one who said it does not decide it; a link to another account excludes nobody', async () => {
  const proposalId = await propose('otto');
  await delegate('otto', 'bea');
  await expect(decide(proposalId, 'bea')).rejects.toMatchObject(refusal('who proposed this'));
  await world.agree({ kind: 'member.payees', uid: 'amir', payeeAccounts: [BRAVO] });
  expect(await decide(proposalId, 'amir')).toEqual({ state: 'approved' });
  await expectSound(world);
});
