import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseCheckpoint } from '@countersign/domain/audit/checkpoint';
import { AppError } from '@countersign/domain/errors';
import { isDay } from '@countersign/domain/ledger/days';
import type { EvidenceSubject } from '@countersign/domain/schemas/evidence';

export interface SubjectOptions {
  readonly execution?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly consistency?: string | undefined;
}

/** What the arguments ask for; null when they name nothing, or several things. */
export async function subjectFrom({
  execution,
  from,
  to,
  consistency,
}: SubjectOptions): Promise<EvidenceSubject | null> {
  const asked = [execution, from ?? to, consistency].filter((one) => one !== undefined);
  if (asked.length !== 1) return null;
  if (execution !== undefined) return { kind: 'execution', executionId: execution };
  if (consistency !== undefined) return { kind: 'consistency', ...(await checkpointSizes(consistency)) };
  if (from === undefined || to === undefined) return null;
  for (const day of [from, to])
    if (!isDay(day)) throw new AppError('invalid_argument', `"${day}" is no day: write it as 2026-01-31`);
  return { kind: 'period', from, to };
}

/** Manifest and checkpoints are the first three lines of a pack. */
const FIRST_LINES = 3;

/** @throws AppError `invalid_argument` when the file does not begin as a pack does */
export async function checkpointSizes(file: string): Promise<{ audit: number; ledger: number }> {
  const sizes: Record<string, number> = {};
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  let read = 0;
  for await (const line of lines) {
    read += 1;
    const { record, stream, note } = parseLine(line);
    if (record === 'checkpoint') sizes[stream] = parseCheckpoint(note).size;
    if (read === FIRST_LINES) break;
  }
  const { audit, ledger } = sizes;
  if (audit === undefined || ledger === undefined)
    throw new AppError('invalid_argument', `${file} does not begin as an evidence pack does`);
  return { audit, ledger };
}

function parseLine(line: string): { record: string; stream: string; note: string } {
  try {
    return JSON.parse(line) as { record: string; stream: string; note: string };
  } catch {
    return { record: '', stream: '', note: '' };
  }
}
