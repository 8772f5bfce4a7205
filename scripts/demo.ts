/** `npm run demo`: the main job without a browser, through the commands that the browser uses. */
import { amountsInWords, plural } from '@countersign/domain/plan/sentence';
import { countOf } from '@countersign/domain/plan/totals';
import { toMajorText, toMinor } from '@countersign/domain/money/money';
import type { Total } from '@countersign/domain/schemas/common';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommandLine } from './command-line.ts';
import { runMainJob, type MainJobResult } from './demo/main-job.ts';
import { demoPlatform } from './demo/platform.ts';
import { sampleFor } from './demo/sample.ts';

const USAGE = `npm run demo -- [--file payouts.csv] [--stripe-base URL]
  --file         the payouts to run; made by a generator when left out
  --stripe-base  send the Stripe calls to this Stripe-compatible server`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { file: { type: 'string' }, 'stripe-base': { type: 'string' } } });
  const given = values.file === undefined ? null : await readFile(values.file);
  const platform = await demoPlatform(values['stripe-base'], say);
  try {
    const started = performance.now();
    const sample = given === null ? await sampleFor(platform.env) : { name: basename(values.file ?? ''), bytes: given };
    const result = await runMainJob(platform, sample, say);
    const seconds = Math.round((performance.now() - started) / 10) / 100;
    const ok = holds(result);
    say(JSON.stringify(summary(result, seconds)));
    return ok ? 0 : 1;
  } finally {
    await platform.close();
  }
}

function summary(result: MainJobResult, seconds: number): unknown {
  const { execution, ledger, audit } = result;
  const planned = execution.plan?.effectCount ?? 0;
  return {
    execution: execution.id,
    status: execution.state,
    payouts: {
      planned,
      succeeded: countOf(execution.tally?.succeeded ?? []),
      failed: countOf(execution.tally?.failed ?? []),
    },
    totals: inMajor(execution.tally?.succeeded ?? []),
    journals: execution.journalCount,
    trialBalance: ledger.trialBalance,
    audit,
    seconds,
  };
}

function inMajor(totals: readonly Total[]): Record<string, string> {
  return Object.fromEntries(
    totals.map((total) => [total.currency, toMajorText(toMinor(total.amountMinor), total.currency)]),
  );
}

/** Every claim of the last line, checked: all that was planned is paid, booked, agreed with Stripe, and proven. */
function holds({ execution, ledger, audit }: MainJobResult): boolean {
  const planned = execution.plan?.effectCount ?? 0;
  const paid = countOf(execution.tally?.succeeded ?? []);
  const agrees = execution.agreement?.differenceCount === 0;
  if (execution.state === 'completed' && !agrees)
    say(`Ledger and Stripe differ on ${plural(execution.agreement?.differenceCount ?? 0, 'balance')}`);
  if (execution.plan !== null)
    say(`${plural(paid, 'payout')} of ${planned}: ${amountsInWords(execution.tally?.succeeded ?? [])}`);
  return (
    execution.state === 'completed' &&
    planned > 0 &&
    paid === planned &&
    execution.journalCount === planned &&
    agrees &&
    ledger.trialBalance === '0' &&
    audit.verified
  );
}

// There is no cloud's metadata server to be asked, and its lack is no news.
process.env['METADATA_SERVER_DETECTION'] ??= 'none';
await runCommandLine(USAGE, main);
