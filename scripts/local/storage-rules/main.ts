/** Entry point of the storage rules stand-in; firebase-tools starts it in place of its Java runtime. */
import { createInterface } from 'node:readline';
import { RulesRuntime } from './protocol.ts';

const runtime = new RulesRuntime((message) => process.stdout.write(`${JSON.stringify(message)}\n`));

for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => process.exit(0));
createInterface({ input: process.stdin })
  .on('line', (line) => {
    runtime.receive(line).catch((error: unknown) => process.stderr.write(`storage rules: ${String(error)}\n`));
  })
  // The emulator is gone.
  .on('close', () => process.exit(0));
runtime.greet();
