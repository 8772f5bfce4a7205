import { toCsv } from '@countersign/domain/csv/write';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlannedOffline } from './plan-offline.ts';

const PROBLEM_COLUMNS = ['line', 'column', 'reference', 'severity', 'code', 'message', 'remedy'];

/** plan.json, effects.jsonl (one effect a line), problems.csv, and under files/ what the plan would publish. */
export async function writeOut(folder: string, { result, draft }: PlannedOffline): Promise<void> {
  const { effects, problems, ...summary } = result;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'plan.json'), `${JSON.stringify(summary, null, 2)}\n`);
  await writeFile(join(folder, 'effects.jsonl'), effects.map((effect) => `${JSON.stringify(effect)}\n`).join(''));
  const rows = problems.map((problem) =>
    Object.fromEntries(Object.entries(problem).map(([name, value]) => [name, value === null ? '' : String(value)])),
  );
  await writeFile(join(folder, 'problems.csv'), toCsv(PROBLEM_COLUMNS, rows));
  for (const effect of effects) {
    if (effect.kind !== 'file.publish') continue;
    await mkdir(join(folder, 'files'), { recursive: true });
    const { name, storagePath, generation } = effect.data;
    await writeFile(join(folder, 'files', name), await draft(storagePath, generation));
  }
}
