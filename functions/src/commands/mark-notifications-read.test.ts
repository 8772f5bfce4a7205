import { beforeEach, expect, test } from 'vitest';
import { messageWrites } from '../engine/notifications.ts';
import { expectSound } from '../engine/testing/sound.ts';
import { ORG, World } from '../engine/testing/world.ts';

let world: World;

/** Tell these members; @returns the ids of their messages, in their order. */
async function tell(uids: readonly string[], about: string): Promise<string[]> {
  const message = { about, title: 'Something happened', body: '', executionId: null };
  const writes = messageWrites(ORG, uids, message, world.clock.at());
  await world.db.commit(writes);
  return writes.map(({ path }) => path.split('/').at(-1) ?? '');
}

const readOnes = (): unknown[] =>
  world
    .documents('notifications')
    .filter(({ read }) => read === true)
    .map(({ id }) => id);

const mark = (uid: string, ids: readonly string[]) => world.command(uid, 'markNotificationsRead', { ids: [...ids] });

beforeEach(async () => {
  world = await World.open();
});

test('one’s own messages are read, once; its event names none of them', async () => {
  const [first = '', second = ''] = [...(await tell(['olivia'], 'a')), ...(await tell(['olivia'], 'b'))];
  expect(await mark('olivia', [first])).toEqual({ marked: 1 });
  expect(readOnes()).toEqual([first]);
  expect(await mark('olivia', [first, second])).toEqual({ marked: 1 });
  expect(new Set(readOnes())).toEqual(new Set([first, second]));
  const event = world.audit().at(-1)?.body;
  expect(event).toMatchObject({ type: 'notifications.read', actor: { uid: 'olivia' }, subjects: [] });
  expect(event?.data).toEqual({ count: '1' });
  await expectSound(world);
});

test('somebody else’s, or one that is not there, refuses all', async () => {
  const [own = '', other = ''] = await tell(['olivia', 'amir'], 'a');
  await expect(mark('olivia', [own, other])).rejects.toMatchObject({ code: 'not_found' });
  await expect(mark('olivia', [own, 'no-such-message'])).rejects.toMatchObject({ code: 'not_found' });
  expect(readOnes()).toEqual([]);
});

test('a hundred at most, and each once', async () => {
  const ids = Array.from({ length: 101 }, (_, at) => `message-${at}`);
  await expect(mark('olivia', ids)).rejects.toMatchObject({ code: 'invalid_argument' });
  await expect(mark('olivia', ['same', 'same'])).rejects.toMatchObject({ code: 'invalid_argument' });
  await expect(mark('olivia', [])).rejects.toMatchObject({ code: 'invalid_argument' });
});
