import { paths } from '@countersign/domain/paths';
import { balanceMonthSchema } from '@countersign/domain/schemas/balance-month';
import { journalSchema, type Journal } from '@countersign/domain/schemas/journal';
import type { Database } from '../../store/database.ts';
import { monthsPosition, type MonthsPosition } from '../months.ts';
import { monthsFromJournals } from '../rebuild-months.ts';
import { Findings } from './findings.ts';
import { readParsed } from './read-pages.ts';

const MAX_READINGS = 5;

/**
 * The month roll-ups, as far as they go, against the journals. Before the first roll there is nothing to say; when they
 * move while they are read, they are read again.
 */
export async function checkMonths(db: Database, orgId: string, findings: Findings): Promise<void> {
  for (let reading = 0; reading < MAX_READINGS; reading += 1) {
    const before = await monthsPosition(db, orgId);
    if (before.token === null) return;
    const found = await compare(db, orgId, before);
    if ((await monthsPosition(db, orgId)).token !== before.token) continue;
    for (const { where, message } of found.kept) findings.add('month', where, message);
    return;
  }
}

async function compare(db: Database, orgId: string, position: MonthsPosition): Promise<Findings> {
  const found = new Findings();
  // What has not the shape of a journal is found elsewhere.
  const parse = (data: unknown): Journal | null => journalSchema.safeParse(data).data ?? null;
  const expected = await monthsFromJournals(db, orgId, position, parse);
  for await (const { path, data } of readParsed(db, paths.balanceMonths(orgId), balanceMonthSchema, found)) {
    const right = expected.get(path)?.data['cells'] ?? '[]';
    expected.delete(path);
    if (JSON.stringify(data.cells) !== right) found.add('month', path, 'is not the sum of its journals');
  }
  for (const [path, { data }] of expected)
    if (data['cells'] !== '[]') found.add('month', path, 'is missing, though journals have entries there');
  return found;
}
