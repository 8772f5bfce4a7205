/** Source files that decide something, and the tests that must notice when they decide otherwise. Globs from the root. */
export interface Decisions {
  readonly files: readonly string[];
  /** All in memory: no process is started, and no property test runs for minutes. */
  readonly tests: readonly string[];
}

const engine = (name: string): string => `functions/src/engine/${name}`;
const approval = (name: string): string => `domain/src/approval/${name}`;
const sandbox = (name: string): string => `functions/src/sandbox/${name}`;
const ledger = (name: string): string => `domain/src/ledger/${name}`;

/** What has a table of its decisions is held by that; the rest by the stories in which it takes part. */
export const DECISIONS: readonly Decisions[] = [
  {
    files: ['retry-policy', 'page-order', 'balance-guard', 'record-rechecks', 'drift'].map((name) =>
      engine(`${name}.ts`),
    ),
    tests: [engine('{retry-policy,page-order,balance-guard,record-rechecks,destination-drift}.test.ts')],
  },
  { files: [engine('perform-effects.ts')], tests: [engine('perform-effects.test.ts')] },
  { files: [engine('work.ts')], tests: [engine('lease.test.ts')] },
  { files: [engine('claims.ts')], tests: [engine('claim-pages.test.ts')] },
  { files: [engine('apply-checks.ts')], tests: [engine('apply-checks.test.ts')] },
  {
    files: [engine('page-intents.ts'), engine('page-outcomes.ts')],
    tests: [engine('{page-intents,settle-journals,outcomes}.test.ts')],
  },
  { files: [engine('resume.ts')], tests: [engine('{resume-plan,resume}.test.ts')] },
  { files: [engine('settle-later-outcomes.ts')], tests: [engine('{settle-later,settle-unknown}.test.ts')] },
  { files: [engine('queue.ts')], tests: [engine('queue-turns.test.ts')] },
  {
    files: [
      ...['needs', 'effect-checks'].map((name) => `domain/src/plan/${name}.ts`),
      approval('delegation.ts'),
      'domain/src/queue/turns.ts',
    ],
    tests: [
      'domain/src/plan/{needs,effect-checks,effect-rules}.test.ts',
      approval('delegation.test.ts'),
      'domain/src/queue/turns.test.ts',
    ],
  },
  {
    files: ['may-sign', 'levels', 'policy', 'conditions'].map((name) => approval(`${name}.ts`)),
    tests: [approval('{may-sign,levels,policy,conditions}.test.ts')],
  },
  ...['reverse', 'guards', 'period-intents'].map((name) => ({
    files: [ledger(`${name}.ts`)],
    tests: [ledger(`${name}.test.ts`)],
  })),
  {
    files: ['decide', 'journal-intents', 'account-intents', 'suspense', 'periods'].map((name) => ledger(`${name}.ts`)),
    tests: [ledger('{decide,journal-intents,period-intents,account-intents,reverse}.test.ts')],
  },
  {
    files: ['days', 'day-cells', 'months'].map((name) => ledger(`${name}.ts`)),
    tests: [ledger('{days,months}.test.ts')],
  },
  {
    files: ['functions/src/ledger/balances-at.ts'],
    tests: ['functions/src/{ledger/balances-at-reads,streams/months}.test.ts'],
  },
  {
    files: ['meter', 'verdict', 'foreign-json'].map((name) => sandbox(`${name}.ts`)),
    tests: [sandbox('{meter,verdict,foreign-json,protocol}.test.ts')],
  },
];
