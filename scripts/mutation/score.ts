import * as z from 'zod';

/** What is read of Stryker's report: https://github.com/stryker-mutator/mutation-testing-elements (report schema 2). */
export const reportSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      mutants: z.array(
        z.object({
          status: z.enum([
            'Killed',
            'Survived',
            'NoCoverage',
            'Timeout',
            'CompileError',
            'RuntimeError',
            'Ignored',
            'Pending',
          ]),
        }),
      ),
    }),
  ),
});
export type MutationReport = z.infer<typeof reportSchema>;

export interface Score {
  /** Those that count: not the ignored, and not those that are no program. */
  readonly mutants: number;
  readonly killed: number;
  readonly survived: number;
  readonly noCoverage: number;
  readonly timeout: number;
  /** Percent of the mutants that a test noticed, a time-out included; null without any. */
  readonly score: number | null;
}

export function scoreOf(reports: readonly MutationReport[]): Score {
  const statuses = reports.flatMap(({ files }) =>
    Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status)),
  );
  const count = (status: (typeof statuses)[number]): number => statuses.filter((one) => one === status).length;
  const [killed, survived] = [count('Killed'), count('Survived')];
  const [noCoverage, timeout] = [count('NoCoverage'), count('Timeout')];
  const mutants = killed + survived + noCoverage + timeout;
  const score = mutants === 0 ? null : Math.round(((killed + timeout) / mutants) * 10_000) / 100;
  return { mutants, killed, survived, noCoverage, timeout, score };
}
