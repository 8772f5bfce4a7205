import type { Execution } from '@countersign/domain/schemas/execution';
import { END_STATES } from '@countersign/domain/schemas/execution';
import { recipeText } from './mixed-plugin.ts';
import type { SimWorld } from './sim-world.ts';
import type { Row, Run } from './story.ts';

const POLL_MS = 3_000;
const PATIENCE_MS = 15 * 60_000;

/** What a run is asked for with: its file is uploaded first. */
export async function parametersOf(
  world: SimWorld,
  uid: string,
  what: Run['what'],
  name: string,
): Promise<Record<string, unknown>> {
  return what.plugin === 'mixed'
    ? { recipe: recipeText(what.ingredients) }
    : { file: await world.upload(uid, csvOf(what.rows), name) };
}

export function csvOf(rows: readonly Row[]): string {
  const lines = rows.map(({ reference, account, amount, currency }) =>
    [reference, account, amount, currency].join(','),
  );
  return ['reference,account,amount,currency', ...lines].join('\r\n');
}

/** Everybody who may sign this plan does, one after the other. */
export async function signAll(world: SimWorld, id: string, signers: readonly string[], name: string): Promise<void> {
  for (const uid of signers) {
    const { state, plan } = world.execution(id) ?? {};
    if (state !== 'awaiting_approval' || plan == null) return;
    const signature = { executionId: id, digest: plan.digest, comment: 'so be it' };
    await world.ask(uid, 'approveExecution', signature, `sign-${name}-${uid}`);
  }
}

export async function untilPlanned(world: SimWorld, id: string): Promise<Execution | undefined> {
  await until(world, () => {
    const state = world.execution(id)?.state;
    return state !== undefined && state !== 'planning';
  });
  return world.execution(id);
}

/** Also when nobody signs it, or it is gone. */
export async function untilEnded(world: SimWorld, id: string): Promise<void> {
  await until(world, () => {
    const state = world.execution(id)?.state;
    return state === undefined || END_STATES.includes(state) || state === 'awaiting_approval';
  });
}

async function until(world: SimWorld, isSo: () => boolean): Promise<void> {
  const end = world.scheduler.now + PATIENCE_MS;
  while (world.scheduler.now < end && !isSo()) await world.scheduler.sleep(POLL_MS, 'look');
}
