import { SIGNERS } from './founding.ts';
import type { Resume } from './acts.ts';
import { csvOf, signAll, untilEnded, untilPlanned } from './people.ts';
import type { SimWorld } from './sim-world.ts';
import type { Row, Run } from './story.ts';

const REPORT_TAKES_MS = 20_000;

/** Somebody resumes a run that has ended, perhaps two people at once, perhaps with another file. */
export async function playResume(
  world: SimWorld,
  resume: Resume,
  parent: string,
  run: Run,
  name: string,
): Promise<void> {
  await world.scheduler.sleep(resume.afterMs + REPORT_TAKES_MS, name);
  const corrections: Record<string, string> =
    resume.corrected && run.what.plugin === 'stripe-payout'
      ? { file: await world.upload(resume.uid, csvOf(run.what.rows.map(mended)), name) }
      : {};
  const ask = (uid: string) =>
    world.ask(uid, 'resumeExecution', { executionId: parent, corrections }, `resume-${name}-${uid}`);
  const other = resume.uid === 'olivia' ? 'otto' : 'olivia';
  const begun = await Promise.all(resume.twice ? [ask(resume.uid), ask(other)] : [ask(resume.uid)]);
  for (const result of begun) {
    if (result === null) continue;
    const { executionId } = result;
    await untilPlanned(world, executionId);
    await signAll(world, executionId, world.random.chance(0.8) ? SIGNERS : [], `${name}-${executionId.slice(0, 6)}`);
    await untilEnded(world, executionId);
  }
}

/** The same reference, in a row that can be paid. */
function mended(row: Row): Row {
  const isNumber = /^\d+(\.\d+)?$/.test(row.amount) && Number(row.amount) < 100_000;
  const isAccount = row.account !== 'acct_Missing';
  return { ...row, amount: isNumber ? row.amount : '12', account: isAccount ? row.account : 'acct_Alpha' };
}
