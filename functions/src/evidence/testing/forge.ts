import { canonicalJson, sha256Hex } from '@countersign/domain/hash';
import type { PackRecord } from '@countersign/domain/evidence/pack';
import { expect } from 'vitest';
import { verifyText } from './packs.ts';

/** What somebody who changes a pack does, and knows the format: he puts the sum in the last line right again. */
export type Json = Record<string, unknown>;

/** All but the last line. */
export const recordsOf = (text: string): Json[] =>
  text
    .trimEnd()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Json);

/** The file of these records, with a last line that sums them up. */
export const fileOf = (records: readonly Json[]): string => fileOfLines(records.map((record) => canonicalJson(record)));

export function fileOfLines(lines: readonly string[]): string {
  const body = lines.map((line) => `${line}\n`).join('');
  return `${body}${canonicalJson({ record: 'end', lines: lines.length, sha256: sha256Hex(body) })}\n`;
}

export const isA =
  (kind: PackRecord['record'], fields: Json = {}) =>
  (record: Json): boolean =>
    record['record'] === kind && Object.entries(fields).every(([name, value]) => record[name] === value);

/** A leaf with an event of this type. */
export const event =
  (type: string) =>
  (record: Json): boolean =>
    record['record'] === 'leaf' &&
    ((record['leaf'] as Json | undefined)?.['body'] as Json)?.['event'] !== undefined &&
    bodyOf(record)['type'] === type;

export const bodyOf = (record: Json): Json => ((record['leaf'] as Json)['body'] as Json)['event'] as Json;

/** That a pack does not hold, by which rule, and in words that name the place. */
export async function expectFound(pack: readonly Json[] | string, rule: string, where: RegExp): Promise<void> {
  const report = await verifyText(typeof pack === 'string' ? pack : fileOf(pack));
  expect(report.ok).toBe(false);
  const all = report.findings.map((one) => `${one.rule}: ${one.where}: ${one.message}`);
  expect(all.find((line) => line.startsWith(`${rule}:`) && where.test(line)) ?? all.join('\n')).toMatch(where);
}

/** That a pack holds, and what it hides is said. */
export async function expectSaid(pack: readonly Json[] | string, sentence: RegExp): Promise<void> {
  const report = await verifyText(typeof pack === 'string' ? pack : fileOf(pack));
  expect(report.findings).toEqual([]);
  expect(report.unknown.find((one) => sentence.test(one)) ?? report.unknown.join('\n')).toMatch(sentence);
}
