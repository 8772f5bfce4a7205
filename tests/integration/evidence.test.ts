import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { END_STATES } from '@countersign/domain/schemas/execution';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportEvidence } from '../../scripts/evidence/export.ts';
import { subjectFrom, type SubjectOptions } from '../../scripts/evidence/subject.ts';
import { sharedPlatform } from '../../scripts/testing/shared-platform.ts';
import { checkPackFile, type CheckOptions } from '../../scripts/verify-pack/check.ts';
import { richAccounts } from '../support/local-stripe.ts';
import { Members } from '../support/members.ts';

const info = sharedPlatform();
const platform = { ...info, organizationId: info.organizationId ?? '' };
const members = new Members(platform);
const [ALPHA = ''] = richAccounts(1);
const RUN = `e${randomUUID().slice(0, 7)}`;
let folder: string;
let runId: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evidence-'));
  runId = await payOut('1');
});
afterAll(async () => {
  await members.close();
  await rm(folder, { recursive: true });
});

async function payOut(reference: string): Promise<string> {
  const [operator, approver] = await Promise.all([members.as('operator'), members.as('approver')]);
  const csv = ['reference,account,amount,currency,description', `${RUN}-${reference},${ALPHA},1.00,USD,x`].join('\r\n');
  const file = await operator.upload(`${RUN}-${reference}.csv`, new TextEncoder().encode(csv));
  const { executionId } = await operator.call('requestExecution', {
    operationId: 'stripe-payout',
    parameters: { file: file.id },
  });
  const planned = await operator.execution(executionId, (one) => one.state !== 'planning');
  await approver.call('approveExecution', { executionId, digest: planned.plan?.digest ?? '', comment: '' });
  await operator.execution(executionId, (one) => END_STATES.includes(one.state) && one.report !== null);
  return executionId;
}

/** As `npm run evidence` does it. @returns the file */
async function fetched(name: string, options: SubjectOptions, personal = false): Promise<string> {
  const out = join(folder, name);
  const subject = await subjectFrom(options);
  if (subject === null) throw new Error('that names nothing');
  await exportEvidence(platform, {}, { subject, personal, out, say: () => undefined });
  return out;
}

/** As `npm run verify -- PACK` does it. */
async function check(file: string, options: CheckOptions = {}): Promise<{ code: number; output: string }> {
  const lines: string[] = [];
  const { log } = console;
  console.log = (line: string) => void lines.push(line);
  try {
    return { code: await checkPackFile(file, options), output: lines.join('\n') };
  } finally {
    console.log = log;
  }
}

describe('the evidence of a run', () => {
  test('is made, fetched and checked offline; one changed byte is found', async () => {
    const pack = await fetched('run.jsonl', { execution: runId });
    const publicKey = join(platform.dataDir, 'keys', 'checkpoint-ed25519.pub');
    const checked = await check(pack, { 'public-key': publicKey });
    expect(checked.output).toContain('All of it holds.');
    expect(checked.code).toBe(0);
    const text = await readFile(pack, 'utf8');
    const other = join(folder, 'other.jsonl');
    await writeFile(other, text.replaceAll('"amountMinor":"100"', '"amountMinor":"900"'));
    const found = await check(other);
    expect(found.code).toBe(1);
    expect(found.output).toMatch(/✗ page: executions\/\w+ page 0: is not the page that was signed/);
  });

  test('has the cosignature of the witness, which can be asked for', async () => {
    const pack = await fetched('witnessed.jsonl', { execution: runId });
    const [, key = ''] = /^witness \S+ (\S+) /.exec(platform.env['CHECKPOINT_WITNESS_POLICY'] ?? '') ?? [];
    const checked = await check(pack, { witness: [key], quorum: '1' });
    expect(checked.output.match(/cosigned by localhost\/stand-in-witness/g)).toHaveLength(2);
    expect(checked.code).toBe(0);
    const stripped = join(folder, 'stripped.jsonl');
    const lines = (await readFile(pack, 'utf8')).split('\n');
    const bare = lines.map((line) => line.replace(/\u2014 localhost\/stand-in-witness [A-Za-z0-9+/=]+\\n/g, ''));
    // The sum of the file is a convenience; whoever changes a pack changes it too.
    await writeFile(stripped, bare.join('\n'));
    const found = await check(stripped, { witness: [key], quorum: '1' });
    expect(found.output).toContain('needs the cosignatures of 1 of (localhost/stand-in-witness), and has that of none');
    expect(found.code).toBe(1);
  });

  test('goes on to what is sealed later, by a file of proofs', async () => {
    const pack = await fetched('first.jsonl', { execution: runId });
    await payOut('2');
    const later = await fetched('later.jsonl', { consistency: pack });
    const checked = await check(pack, { checkpoint: [later] });
    expect(checked.output).toMatch(/audit log at .* goes on from it/);
    expect(checked.code).toBe(0);
  });

  test('of a day, with personal values: every leaf of both logs', async () => {
    const today = new Date().toISOString().slice(0, 10);
    const pack = await fetched('day.jsonl', { from: today, to: today }, true);
    const checked = await check(pack);
    expect(checked.output).toMatch(/Period: no leaf of the audit log is missing/);
    expect(checked.output).toMatch(/Period: no leaf of the ledger log is missing/);
    expect(checked.code).toBe(0);
  });

  test('is not for an operator: neither asked for nor fetched', async () => {
    const operator = await members.as('operator');
    const subject = { kind: 'execution', executionId: runId } as const;
    await expect(operator.call('exportEvidence', { subject, personal: false })).rejects.toThrow(/takes the role/);
    const made = await exportEvidence(
      platform,
      {},
      { subject, personal: false, out: join(folder, 'theirs.jsonl'), say: () => undefined },
    );
    const path = made.file?.storagePath ?? '';
    const executive = await members.as('executive');
    expect(await executive.download(path)).toContain('countersign-evidence');
    await expect(operator.download(path)).rejects.toThrow(/permission/);
  });
});
