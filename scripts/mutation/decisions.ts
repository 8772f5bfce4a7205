/** Source files that decide something, and the tests that must notice when they decide otherwise. Paths and globs from the root. */
export interface Decisions {
  readonly files: readonly string[];
  /** All in memory: no process is started, and no property test runs for minutes. */
  readonly tests: readonly string[];
}

const engine = (name: string): string => `functions/src/engine/${name}.ts`;
const engineTests = (names: string): string => `functions/src/engine/{${names}}.test.ts`;
const sandbox = (name: string): string => `functions/src/sandbox/${name}.ts`;

export const DECISIONS: readonly Decisions[] = [
  {
    files: [
      ...['may-sign', 'levels', 'policy', 'conditions', 'delegation'].map((name) => `domain/src/approval/${name}.ts`),
      'domain/src/queue/turns.ts',
      ...['needs', 'effect-checks'].map((name) => `domain/src/plan/${name}.ts`),
    ],
    tests: ['domain/src/{approval,plan,queue}/**/*.test.ts'],
  },
  {
    files: ['meter', 'verdict', 'foreign-json'].map(sandbox),
    tests: ['functions/src/sandbox/{meter,verdict,foreign-json,protocol}.test.ts'],
  },
  {
    files: ['retry-policy', 'page-order'].map(engine),
    tests: [engineTests('retry-policy,page-order,outcomes,effect-kinds')],
  },
  {
    files: ['balance-guard', 'record-rechecks', 'drift', 'page-intents'].map(engine),
    tests: [engineTests('balance-guard,record-rechecks,drift,destination-drift,page-intents,outcomes,effect-kinds')],
  },
  {
    files: ['perform-effects', 'page-outcomes'].map(engine),
    tests: [
      engineTests('perform-effects,outcomes,effect-kinds,ask-first,restored,drift,halt,lost-replies,settle-later'),
    ],
  },
  {
    files: ['claims'].map(engine),
    tests: [engineTests('claims,claim-pages,outcomes,resume,ask-first,restored,settle-later,halt,lost-replies')],
  },
  {
    files: ['apply-checks'].map(engine),
    tests: [engineTests('drift,apply-checks,approval')],
  },
  {
    files: ['work'].map(engine),
    tests: [engineTests('work,lease,wakes,lost-replies,halt')],
  },
  {
    files: ['settle-later-outcomes'].map(engine),
    tests: [engineTests('settle-later,settle-unknown')],
  },
  { files: ['resume'].map(engine), tests: [engineTests('resume,resume-plan')] },
  { files: ['queue'].map(engine), tests: [engineTests('queue,halt')] },
];
