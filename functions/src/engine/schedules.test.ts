import type { CommandInput } from '@countersign/domain/schemas/commands';
import type { Schedule } from '@countersign/domain/schemas/schedule';
import { beforeEach, expect, test } from 'vitest';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import { runSchedules } from './schedules.ts';
import { expectCompleted, expectSound } from './testing/sound.ts';
import { ALPHA, csvOf, ORG, World } from './testing/world.ts';
import { runTick } from './tick.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let world: World;
let fileId: string;
let rows = 0;
const csv = (): string => csvOf([[`S-${(rows += 1)}`, ALPHA, '10.00', 'USD']]);
beforeEach(async () => {
  world = await World.open();
  fileId = (await world.upload(csv())).id;
});

type Input = Partial<Omit<CommandInput<'setSchedule'>, 'orgId' | 'idempotencyKey'>>;
const set = async (fields: Input = {}, uid = 'olivia'): Promise<{ scheduleId: string; nextAt: string }> =>
  world.command(uid, 'setSchedule', {
    title: 'Daily payouts',
    operationId: 'stripe-payout',
    parameters: { file: fileId },
    cron: '0 9 * * *',
    timeZone: 'UTC',
    ...fields,
  });
const scheduleOf = async (id: string): Promise<Schedule> => {
  const schedule = await read(world.db, refs.schedule(ORG, id));
  if (schedule === null) throw new Error(`there is no schedule ${id}`);
  return schedule;
};
/** Let time pass until a moment, and then tick once. */
async function tickAt(instant: string, afterMs = 1_000): Promise<void> {
  world.clock.pass(Date.parse(instant) + afterMs - world.clock.now().getTime());
  await runTick(world.deps);
}
const executions = (): Record<string, unknown>[] => world.documents('executions');
const messages = (): unknown[] =>
  world.documents('notifications').map((one) => [one['uid'], one['title'], one['body']]);
const events = (type: string) =>
  world
    .audit()
    .filter(({ body }) => body.type === type)
    .map(({ body }) => body);

test('what is due begins once, as its maker’s, is signed by another, and the next time is set', async () => {
  const { scheduleId, nextAt } = await set();
  await tickAt(nextAt, -1_000);
  expect(executions()).toEqual([]);
  world.clock.pass(2_000);
  // All of them see that it is due.
  const begun = await Promise.all([1, 2, 3].map(async () => runSchedules(world.deps)));
  expect(begun.reduce((sum, one) => sum + one.begun, 0)).toBe(1);
  await runTick(world.deps);
  expect(executions()).toHaveLength(1);
  await world.work();
  const schedule = await scheduleOf(scheduleId);
  expect(Date.parse(schedule.nextAt ?? '')).toBe(Date.parse(nextAt) + DAY);
  const execution = await world.execution(schedule.lastExecutionId ?? '');
  expect(execution).toMatchObject({
    state: 'awaiting_approval',
    requestedBy: 'olivia',
    origin: { kind: 'schedule', scheduleId, dueAt: nextAt },
  });
  await world.approve(execution);
  await world.work();
  await expectCompleted(world, await world.execution(execution.id));
  const [requested] = events('execution.requested');
  expect(requested).toMatchObject({
    actor: { kind: 'system', part: 'tick' },
    data: { schedule: scheduleId, dueAt: nextAt },
  });
  expect(requested?.data['lateSeconds']).toBeUndefined();
});

test('who made it can not sign its runs, whoever else edits it takes it over', async () => {
  const { scheduleId, nextAt } = await set({}, 'otto');
  await tickAt(nextAt);
  await world.work();
  const first = await world.execution((await scheduleOf(scheduleId)).lastExecutionId ?? '');
  await expect(world.approve(first, 'otto')).rejects.toMatchObject({ code: 'self_approval' });
  await set({ scheduleId }, 'olivia');
  expect((await scheduleOf(scheduleId)).madeBy).toBe('olivia');
});

test('days without the platform: one late run, which says so', async () => {
  const { scheduleId, nextAt } = await set();
  await tickAt(nextAt, 3 * DAY + 2 * HOUR);
  await runTick(world.deps);
  expect(executions()).toHaveLength(1);
  await world.work();
  const schedule = await scheduleOf(scheduleId);
  const last = new Date(Date.parse(nextAt) + 3 * DAY).toISOString();
  expect(schedule).toMatchObject({ lastDueAt: last, nextAt: new Date(Date.parse(last) + DAY).toISOString() });
  const execution = await world.execution(schedule.lastExecutionId ?? '');
  expect(execution.origin.dueAt).toBe(nextAt);
  await world.later(20_000);
  expect(events('execution.requested')[0]?.data).toMatchObject({ dueAt: nextAt, missed: '4', lastMissedAt: last });
  expect(Number(events('execution.requested')[0]?.data['lateSeconds'])).toBeGreaterThanOrEqual(
    (3 * DAY + 2 * HOUR) / 1000,
  );
  const lines = world.db
    .dump()
    .filter(({ path }) => path.includes(`/executions/${execution.id}/logs/`))
    .flatMap(({ data }) => data['lines'] as { message: string }[]);
  expect(lines[0]?.message).toBe(
    `This run is late: it was due at ${nextAt}. It stands for 4 times that were missed, the last at ${last}.`,
  );
});

test('a tick that is a few minutes behind is not late', async () => {
  const { nextAt } = await set();
  await tickAt(nextAt, 4 * 60_000);
  await world.later(20_000);
  expect(events('execution.requested')).toHaveLength(1);
  expect(events('execution.requested')[0]?.data).not.toHaveProperty('missed');
});

test('the newest upload of a name is taken, also when it is broken', async () => {
  const { scheduleId, nextAt } = await set({ parameters: {}, newestFiles: { file: 'payouts.csv' } });
  expect((await scheduleOf(scheduleId)).parameters).not.toHaveProperty('file');
  const second = await world.upload(csv());
  await tickAt(nextAt);
  await world.work();
  const execution = await world.execution((await scheduleOf(scheduleId)).lastExecutionId ?? '');
  expect(execution.inputs).toMatchObject([{ fileId: second.id, revision: 2 }]);
  await world.upload(new Uint8Array([0, 1, 2, 3]));
  await tickAt(nextAt, DAY + 1_000);
  const skipped = await scheduleOf(scheduleId);
  expect(executions()).toHaveLength(1);
  expect(skipped).toMatchObject({
    active: true,
    problem: { message: expect.stringContaining('payouts.csv') as string },
  });
  expect(Date.parse(skipped.nextAt ?? '')).toBe(Date.parse(nextAt) + 2 * DAY);
  expect(messages()).toEqual([
    ['olivia', 'A scheduled run could not begin', expect.stringContaining('Daily payouts: payouts.csv')],
  ]);
  await world.upload(csv());
  await tickAt(nextAt, 2 * DAY + 1_000);
  expect(await scheduleOf(scheduleId)).toMatchObject({ problem: null });
  expect(executions()).toHaveLength(2);
  await world.work();
  await expectSound(world);
});

test('a maker who is no operator any more: the schedule is paused, and people are told', async () => {
  const { scheduleId, nextAt } = await set();
  await world.setMember('olivia', { roles: ['viewer'] });
  await tickAt(nextAt);
  await tickAt(nextAt, DAY);
  expect(executions()).toEqual([]);
  expect(await scheduleOf(scheduleId)).toMatchObject({ active: false, nextAt: null, problem: { dueAt: nextAt } });
  expect(new Set(world.documents('notifications').map((one) => one['uid']))).toEqual(new Set(['ada', 'olivia']));
  await world.later(20_000);
  expect(events('schedule.paused')).toMatchObject([{ actor: { part: 'tick' }, data: { schedule: scheduleId } }]);
  await expect(world.command('ada', 'resumeSchedule', { scheduleId })).rejects.toThrow('no active operator');
  await set({ scheduleId }, 'otto');
  const { nextAt: resumed } = await world.command('ada', 'resumeSchedule', { scheduleId });
  await tickAt(resumed);
  expect(executions()).toMatchObject([{ requestedBy: 'otto' }]);
});

test('paused: nothing begins, and what passed is not run; deleted: it is gone', async () => {
  const { scheduleId, nextAt } = await set();
  await world.command('bea', 'pauseSchedule', { scheduleId, reason: 'on holiday' });
  await tickAt(nextAt, 2 * DAY);
  expect(executions()).toEqual([]);
  const { nextAt: later } = await world.command('olivia', 'resumeSchedule', { scheduleId });
  expect(Date.parse(later)).toBe(Date.parse(nextAt) + 3 * DAY);
  await world.command('olivia', 'deleteSchedule', { scheduleId, reason: 'not needed' });
  await tickAt(later);
  expect(executions()).toEqual([]);
  await expect(set({ scheduleId })).rejects.toThrow('There is no such schedule');
  await expectSound(world);
});

test('an operation that is paused begins nothing by schedule either', async () => {
  const { scheduleId, nextAt } = await set();
  await world.command('ada', 'pauseOperation', { operationId: 'stripe-payout', reason: 'looks odd' });
  await tickAt(nextAt);
  expect(executions()).toEqual([]);
  expect((await scheduleOf(scheduleId)).problem?.message).toContain('is paused; its page');
});

test('business days: a holiday that is added moves what is planned, within a tick', async () => {
  const calendar = { calendarId: 'zurich', name: 'Zurich', timeZone: 'Europe/Zurich', weekend: [6, 7], holidays: [] };
  await world.command('bea', 'setCalendar', calendar);
  const { scheduleId, nextAt } = await set({ calendarId: 'zurich', onHoliday: 'next' });
  const day = nextAt.slice(0, 10);
  expect(await world.command('bea', 'setCalendar', { ...calendar, holidays: [day] })).toEqual({
    calendarId: 'zurich',
    schedules: 1,
  });
  await runTick(world.deps);
  const renewed = await scheduleOf(scheduleId);
  expect((renewed.nextAt ?? '') > nextAt).toBe(true);
  await tickAt(nextAt);
  expect(executions()).toEqual([]);
  await tickAt(renewed.nextAt ?? '');
  expect(executions()).toHaveLength(1);
  await world.later(20_000);
  expect(events('schedule.renewed').length).toBeGreaterThan(0);
  await expectSound(world);
});

test.each<[string, Input, string]>([
  ['a bad expression', { cron: '0 25 * * *' }, '25 can not be the hour. Allowed are 0 to 23'],
  ['too often', { cron: '*/2 * * * *' }, 'more often than every 5 minutes'],
  ['no such zone', { timeZone: 'Mars/Base' }, 'is no time zone'],
  ['no such calendar', { calendarId: 'none', onHoliday: 'skip' }, 'There is no such calendar'],
  ['a rule without a calendar', { onHoliday: 'skip' }, 'given together'],
  ['no such operation', { operationId: 'none' }, 'There is no such operation'],
  ['a parameter that is missing', { parameters: {} }, 'is needed'],
  ['a parameter that there is not', { parameters: { file: 'x', other: 1 } }, 'no such parameter'],
  ['a file that there is not', { parameters: { file: 'none' } }, 'there is no such file'],
  ['a name that nobody uploaded', { parameters: {}, newestFiles: { file: 'other.csv' } }, 'No file named other.csv'],
  ['the newest of what is no file', { newestFiles: { other: 'payouts.csv' } }, 'no file parameter other'],
])('%s is refused', async (_, fields, message) => {
  await expect(set(fields)).rejects.toThrow(message);
});

test('one file or the newest of a name, not both; and only an operator', async () => {
  await expect(set({ newestFiles: { file: 'payouts.csv' } })).rejects.toThrow('not both');
  await expect(set({}, 'amir')).rejects.toThrow('takes the role');
});

test('one schedule that fails does not hold up the others', async () => {
  const { nextAt } = await set();
  const broken = await set({ title: 'Broken' });
  const stored = await world.db.get(`orgs/${ORG}/schedules/${broken.scheduleId}`);
  await world.db.commit([{ op: 'set', path: stored?.path ?? '', data: { ...stored?.data, newestFiles: null } }]);
  await tickAt(nextAt);
  expect(executions()).toHaveLength(1);
});
