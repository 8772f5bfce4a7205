import type { CommandInput } from '@countersign/domain/schemas/commands';
import { beforeEach, expect, test } from 'vitest';
import { expectSound } from '../engine/testing/sound.ts';
import { ALPHA, csvOf, ORG, World } from '../engine/testing/world.ts';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';

type Proposed = CommandInput<'proposeChange'>['change'];

let world: World;
beforeEach(async () => {
  world = await World.open();
});

const reason = 'Because it is needed';
const propose = (uid: string, change: Proposed) => world.command(uid, 'proposeChange', { change, reason });
const decide = async (uid: string, proposalId: string) => {
  const digest = (await read(world.db, refs.proposal(ORG, proposalId)))?.digest ?? '';
  return world.command(uid, 'decideChange', { proposalId, digest, decision: 'approve', reason });
};

const office = { days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00' };
const hours = (businessHours: object, more: object = {}): Proposed =>
  ({
    kind: 'business-hours.set',
    timeZone: 'UTC',
    calendar: null,
    businessHours: { ...office, ...businessHours },
    ...more,
  }) as Proposed;
const organization = async () => read(world.db, refs.organization(ORG));
const calendar = { name: 'Zurich', timeZone: 'UTC', weekend: [6, 7], holidays: ['2026-08-03'] };
const setCalendar = (fields: object = {}) =>
  world.command('bea', 'setCalendar', { calendarId: 'zurich', ...calendar, ...fields });
const offHours = async (reference: string) =>
  (await world.plan(csvOf([[reference, ALPHA, '1.00', 'USD']]))).plan?.traits?.offHours;

test.each<[string, object, object, string]>([
  ['later in the evening', { to: '22:00' }, {}, 'open'],
  ['earlier in the morning', { from: '07:59' }, {}, 'open'],
  ['one day more', { days: [1, 2, 3, 4, 5, 6] }, {}, 'open'],
  ['in another time zone', {}, { timeZone: 'Asia/Tokyo' }, 'open'],
  ['fewer hours', { from: '09:00', to: '17:30' }, {}, 'applied'],
  ['fewer days', { days: [1, 2] }, {}, 'applied'],
  ['never', { days: [] }, {}, 'applied'],
])('%s', async (_, fields, more, state) => {
  expect(await propose('bea', hours(fields, more))).toMatchObject({ state });
  expect((await organization())?.businessHours !== undefined).toBe(state === 'applied');
});

test('a second person lets them be longer, and plans are seen by them', async () => {
  expect(await propose('bea', hours({ days: [] }))).toMatchObject({ state: 'applied' });
  expect(await offHours('A-1')).toBe(true);
  await world.agree(hours({ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' }), 'bea', 'ada');
  expect(await offHours('A-2')).toBe(false);
  await expectSound(world);
});

test('on days off of their calendar nobody is at work; it gives days back by two people only', async () => {
  const always = { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' };
  const today = world.clock.at().slice(0, 10);
  await setCalendar({ weekend: [], holidays: [today, '2030-01-01'] });
  await world.agree(hours(always, { calendar: { id: 'zurich', version: 1 } }), 'bea', 'ada');
  expect(await offHours('A-1')).toBe(true);
  for (const fields of [
    { weekend: [], holidays: ['2030-01-01'] },
    { weekend: [], holidays: [] },
  ])
    await expect(setCalendar(fields)).rejects.toMatchObject({ code: 'failed_precondition' });
  expect(await setCalendar({ weekend: [], holidays: [today, '2030-01-01', '2030-01-02'] })).toMatchObject({
    schedules: 0,
  });
  const opening: Proposed = {
    kind: 'calendar.set',
    calendarId: 'zurich',
    calendar: { ...calendar, weekend: [], holidays: [] },
  };
  await world.agree(opening, 'bea', 'ada');
  expect(await offHours('A-2')).toBe(false);
  // Without the calendar there are more hours again.
  expect(await propose('bea', hours(always))).toMatchObject({ state: 'open' });
  await expectSound(world);
});

test('another calendar is one person’s, and its weekend as well', async () => {
  await setCalendar();
  expect(await setCalendar({ weekend: [7], holidays: [] })).toMatchObject({ calendarId: 'zurich' });
  const opening: Proposed = { kind: 'calendar.set', calendarId: 'zurich', calendar: { ...calendar, holidays: [] } };
  expect(await propose('bea', opening)).toMatchObject({ state: 'applied' });
  await propose('bea', hours({}, { calendar: { id: 'zurich', version: 3 } }));
  await expect(setCalendar({ weekend: [7], holidays: [] })).rejects.toMatchObject({ code: 'failed_precondition' });
});

test('the calendar is the one that was looked at; and no nonsense', async () => {
  await setCalendar();
  const { proposalId } = await propose('bea', hours({ to: '20:00' }, { calendar: { id: 'zurich', version: 1 } }));
  await setCalendar({ holidays: [] });
  await expect(decide('ada', proposalId)).rejects.toMatchObject({ code: 'stale_digest' });
  for (const [change, code] of [
    [hours({ from: '18:00', to: '08:00' }), 'invalid_argument'],
    [hours({}, { timeZone: 'Mars/Olympus' }), 'invalid_argument'],
    [hours({}, { calendar: { id: 'none', version: 1 } }), 'not_found'],
  ] as const)
    await expect(propose('bea', change)).rejects.toMatchObject({ code });
  await expect(propose('olivia', hours({ days: [] }))).rejects.toMatchObject({ code: 'permission_denied' });
});
