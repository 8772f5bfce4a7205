import { paths } from '@countersign/domain/paths';
import { countsOf } from '@countersign/domain/plan/totals';
import type { Execution } from '@countersign/domain/schemas/execution';
import { END_STATES } from '@countersign/domain/schemas/execution';
import { ChangeSet } from '../../../functions/src/engine/change-set.ts';
import { openAccount } from '../../../functions/src/engine/testing/found-organization.ts';
import { refs } from '../../../functions/src/refs.ts';
import { read } from '../../../functions/src/store/database.ts';
import { drainStream } from '../../../functions/src/streams/index.ts';
import { playClosing } from './act-period.ts';
import { playResume } from './act-resume.ts';
import { playRestore } from './act-restore.ts';
import { settleByPeople } from './act-settle.ts';
import { endTimetables, playTimetable } from './act-timetable.ts';
import type { Acts } from './acts.ts';
import { LATE_ACCOUNT } from './founding.ts';
import { parametersOf, untilEnded, untilPlanned } from './people.ts';
import { PLATFORM } from './sim-stripe.ts';
import type { SimWorld } from './sim-world.ts';
import type { Happening, Run, Story } from './story.ts';

const TICK_MS = 60_000;
/** As long as a process may stand still, and a little more. */
const STILL_MS = 10 * 60_000;
const MAX_ROUNDS = 60;
/** As many days as a payout can still come back, and some. */
const MAX_POLLS = 14;

const SEED = { kind: 'system', part: 'seed' } as const;

/** What the balances of accounts lost to others than the organization, by account and currency. */
export type Outflows = Map<string, bigint>;

/** The story, with everything that goes wrong meanwhile; then the calm, in which all comes to rest. */
export async function play(world: SimWorld, plain: Story, acts: Acts): Promise<{ ids: string[]; outflows: Outflows }> {
  const story = withAdded(plain, acts);
  const ids: (string | null)[] = story.runs.map(() => null);
  const outflows: Outflows = new Map();
  let over = false;
  const ticking = (async () => {
    while (!over) {
      await world.scheduler.sleep(TICK_MS, 'tick');
      if (!over) await world.tick();
    }
  })();
  const begun: Promise<void>[] = [];
  story.happenings.forEach(({ when, happening }, at) => {
    const begin = (): void => void begun.push(happen(world, happening, at, ids, outflows));
    if ('page' in when) world.observer.whenPage(when.page, () => over || begin());
    else world.scheduler.after(when.afterMs, happening.what, () => over || begin());
  });
  await Promise.all([
    ...story.runs.map(async (run, at) => {
      const id = await playRun(world, run, at);
      ids[at] = id;
      if (id === null) return;
      await untilEnded(world, id);
      for (const [number, resume] of acts.resumes.entries())
        if (resume.run === at) await playResume(world, resume, id, run, `${at}-${number}`);
    }),
    ...playActs(world, acts),
  ]);
  over = true;
  await Promise.all([ticking, ...begun]);
  await calm(world, acts);
  await again(world, story);
  return { ids: ids.filter((id) => id !== null), outflows };
}

/** Runs of the mixed plugin do some more. */
function withAdded(story: Story, { added }: Acts): Story {
  const runs = story.runs.map((run, at): Run => {
    const more = added.flatMap((one) => (one.run === at ? [one.ingredient] : []));
    if (run.what.plugin !== 'mixed' || more.length === 0) return run;
    return { ...run, what: { ...run.what, ingredients: [...run.what.ingredients, ...more] } };
  });
  return { ...story, runs };
}

function playActs(world: SimWorld, { timetable, settlement, restore, closing }: Acts): Promise<void>[] {
  const settle = async ({ afterMs, liesPercent }: NonNullable<Acts['settlement']>): Promise<void> => {
    await world.scheduler.sleep(afterMs, 'people look at what is unknown');
    await settleByPeople(world, liesPercent, 'amid');
  };
  return [
    ...(timetable === null ? [] : [playTimetable(world, timetable, 'schedule-1')]),
    ...(settlement === null ? [] : [settle(settlement)]),
    ...(restore === null || world.isReal ? [] : [playRestore(world, restore)]),
    ...(closing === null ? [] : [playClosing(world, closing)]),
  ];
}

async function playRun(world: SimWorld, run: Run, at: number): Promise<string | null> {
  await world.scheduler.sleep(run.startsAfterMs, `run ${at}`);
  const id = await request(world, run, `request-run-${at}`, run.twice);
  if (id === null) return null;
  const execution = await untilPlanned(world, id);
  if (execution?.plan == null) return id;
  await Promise.all(
    run.signatures.map(async ({ uid, afterMs, digest }, number) => {
      await world.scheduler.sleep(afterMs, `${uid} signs`);
      const signed = digest === 'right' ? (world.execution(id)?.plan?.digest ?? '') : '0'.repeat(64);
      await world.ask(
        uid,
        'approveExecution',
        { executionId: id, digest: signed, comment: 'so be it' },
        `${id}-${number}`,
      );
    }),
  );
  return id;
}

async function request(world: SimWorld, { uid, what }: Run, name: string, twice: boolean): Promise<string | null> {
  const parameters = await parametersOf(world, uid, what, name);
  const ask = () => world.ask(uid, 'requestExecution', { operationId: what.plugin, parameters }, name);
  const [first] = await Promise.all(twice ? [ask(), ask()] : [ask()]);
  return first?.executionId ?? null;
}

async function happen(
  world: SimWorld,
  happening: Happening,
  at: number,
  ids: readonly (string | null)[],
  outflows: Outflows,
): Promise<void> {
  const key = `happening-no-${at}`;
  world.faults.counts.set(happening.what, (world.faults.counts.get(happening.what) ?? 0) + 1);
  world.trace.note(world.scheduler.now, `~~ ${JSON.stringify(happening)}`);
  switch (happening.what) {
    case 'cancel': {
      const executionId = ids[happening.run] ?? latest(world);
      if (executionId !== null)
        await world.ask(happening.uid, 'cancelExecution', { executionId, reason: 'it must not be' }, key);
      return;
    }
    case 'reject': {
      const executionId = ids[happening.run] ?? latest(world);
      const digest = executionId === null ? undefined : world.execution(executionId)?.plan?.digest;
      if (executionId !== null && digest !== undefined)
        await world.ask(happening.uid, 'rejectExecution', { executionId, digest, reason: 'it must not be' }, key);
      return;
    }
    case 'stop':
      await world.ask('amir', 'setStop', { active: true, reason: 'something is wrong' }, key);
      return;
    case 'lift_stop':
      await world.ask('ada', 'setStop', { active: false, reason: 'it goes on' }, key);
      return;
    case 'stricter_policy':
      await makeStricter(world, key);
      return;
    case 'open_account':
      await openLateAccount(world, key);
      return;
    case 'lose_role':
      await loseRole(world, happening.uid, key);
      return;
    case 'other_stripe':
      world.stripe.identityAccount = 'acct_other';
      return;
    case 'change_bank':
      world.stripe.changeBank(happening.account, '9999');
      return;
    case 'drain_balance':
      drain(world, happening.account, BigInt(happening.percent), outflows);
      return;
    case 'clock_jump':
      world.scheduler.jump(happening.ms);
  }
}

function latest(world: SimWorld): string | null {
  const executions = world.observer.all('executions') as unknown as Execution[];
  return executions.at(-1)?.id ?? null;
}

function drain(world: SimWorld, id: string, percent: bigint, outflows: Outflows): void {
  for (const [currency, balance] of world.stripe.accounts.get(id)?.balances ?? []) {
    const taken = (balance * percent) / 100n;
    world.stripe.accounts.get(id)?.balances.set(currency, balance - taken);
    outflows.set(`${id} ${currency}`, (outflows.get(`${id} ${currency}`) ?? 0n) + taken);
  }
}

async function makeStricter(world: SimWorld, key: string): Promise<void> {
  await world.seed(async (deps) =>
    deps.db.transaction(async (tx) => {
      const policy = await read(tx, refs.policy(world.orgId, 'payments'));
      if (policy === null || policy.rules[0]?.name === 'Stricter') return;
      const change = new ChangeSet(world.orgId, `${key}-${policy.version}`, SEED, deps.now().toISOString());
      const levels = [...(policy.rules[0]?.levels ?? []), { role: 'executive' as const, people: 1 }];
      change.change(refs.policy(world.orgId, 'payments'), policy, { rules: [{ name: 'Stricter', when: {}, levels }] });
      tx.write(...change.toWrites('policy.set'));
    }),
  );
}

async function loseRole(world: SimWorld, uid: string, key: string): Promise<void> {
  await world.seed(async (deps) =>
    deps.db.transaction(async (tx) => {
      const member = await read(tx, refs.member(world.orgId, uid));
      if (member === null || !member.roles.some((role) => role !== 'viewer')) return;
      const change = new ChangeSet(world.orgId, `${key}-${member.version}`, SEED, deps.now().toISOString());
      change.change(refs.member(world.orgId, uid), member, { roles: ['viewer'] });
      tx.write(...change.toWrites('member.added'));
    }),
  );
}

async function openLateAccount(world: SimWorld, key: string): Promise<void> {
  await world.seed(async (deps) => {
    const change = new ChangeSet(world.orgId, key, SEED, deps.now().toISOString());
    change.post(openAccount({ id: LATE_ACCOUNT, type: 'asset', parentId: 'assets', postable: true }));
    await deps.db.commit(change.toWrites('accounts.opened'));
    await drainStream(deps.streams, world.orgId, 'ledger');
  });
}

/** Nothing goes wrong any more: those who stand still wake up, and the tick brings everything to rest. */
async function calm(world: SimWorld, { settlement }: Acts): Promise<void> {
  world.faults.calm = true;
  world.stripe.identityAccount = PLATFORM;
  world.trace.note(world.scheduler.now, '~~ calm');
  await world.scheduler.sleep(STILL_MS, 'calm');
  await world.ask('ada', 'setStop', { active: false, reason: 'it goes on' }, `calm-${world.scheduler.now}`);
  // Nobody has asked the provider since: what people say then, it must have the last word on.
  if (settlement !== null && hasUnknown(world)) await settleByPeople(world, settlement.liesPercent, 'early');
  const isSomeLost = await world.webhooks.calm();
  await endTimetables(world);
  await toRest(world);
  if (settlement !== null && hasUnknown(world)) {
    await settleByPeople(world, settlement.liesPercent, 'calm');
    await toRest(world);
  }
  // What nobody tells of is asked for, sooner or later.
  if (!isSomeLost && !hasUnknown(world) && world.restored === null) return;
  world.scheduler.jump(26 * 3_600_000);
  await toRest(world);
  for (let round = 0; round < MAX_POLLS && hasUnheardReturn(world); round += 1) {
    const next = nextPollMs(world);
    if (next === null) return;
    world.scheduler.jump(Math.max(0, next - world.scheduler.now));
    await toRest(world);
  }
}

/** A payout came back, and the run that made it does not know. */
function hasUnheardReturn(world: SimWorld): boolean {
  const returned = new Set(
    world.stripe.payments.filter(({ state }) => state === 'returned').map((payment) => payment.effectId),
  );
  return (world.observer.all('executions') as unknown as Execution[]).some((execution) =>
    world.observer.outcomes(execution).some(({ effectId, status }) => status === 'succeeded' && returned.has(effectId)),
  );
}

function nextPollMs(world: SimWorld): number | null {
  const due = world.observer.entries('work').flatMap(([path, { nextAt }]) => {
    return path.includes('/settlement-') && typeof nextAt === 'string' ? [Date.parse(nextAt)] : [];
  });
  return due.length === 0 ? null : Math.min(...due);
}

const hasUnknown = (world: SimWorld): boolean =>
  (world.observer.all('executions') as unknown as Execution[]).some(
    ({ tally }) => tally !== null && countsOf(tally).unknown > 0,
  );

async function toRest(world: SimWorld): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    await world.tick();
    await world.scheduler.sleep(TICK_MS + 1_000, 'rest');
    if (world.scheduler.hasOverlaps) await world.observer.refresh(world.base.db);
    if (waiting(world).length > 0) continue;
    const patience = patienceMs(world);
    if (patience === null) return;
    world.scheduler.jump(patience);
  }
  world.findings.add('violation', 'everything comes to rest', waiting(world).join(', '));
}

/** How long until work that has failed some times in a row, and waits longer each time, is tried again; null for none. */
function patienceMs(world: SimWorld): number | null {
  const waits = (world.observer.all('executions') as unknown as Execution[]).flatMap(({ id, state }) => {
    if (END_STATES.includes(state) || state === 'awaiting_approval') return [];
    const nextAt = world.observer.get(paths.work(world.orgId, id))?.['nextAt'];
    return typeof nextAt === 'string' ? [Math.max(0, Date.parse(nextAt) - world.scheduler.now)] : [];
  });
  return waits.length === 0 ? null : Math.min(...waits);
}

/** What still waits for a machine: work that is due soon, and what lies in an inbox. */
function waiting(world: SimWorld): string[] {
  const soon = new Date(world.scheduler.now + 3 * TICK_MS).toISOString();
  const work = world.observer
    .entries('work')
    .filter(([, { nextAt, lease }]) => lease !== null || (typeof nextAt === 'string' && nextAt <= soon))
    .map(([path]) => path);
  const inbox = [...world.observer.documents.keys()].filter((path) => path.includes('/inbox/'));
  return [...work, ...inbox];
}

/** In fair weather: plans that nobody signed expire, and the first file once more pays nothing twice. */
async function again(world: SimWorld, story: Story): Promise<void> {
  if (world.random.chance(0.3)) {
    world.scheduler.jump(73 * 3_600_000);
    await toRest(world);
  }
  const [first] = story.runs;
  if (first === undefined || !world.random.chance(0.5)) return;
  const id = await request(world, first, 'request-again', false);
  const execution = id === null ? undefined : await untilPlanned(world, id);
  if (id !== null && execution?.plan != null && execution.state === 'awaiting_approval')
    for (const uid of ['amir', 'bea', 'edith', 'otto'])
      await world.ask(
        uid,
        'approveExecution',
        { executionId: id, digest: execution.plan.digest, comment: 'again' },
        `sign-again-${uid}`,
      );
  await toRest(world);
}
