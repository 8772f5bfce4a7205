import { AppError } from '@countersign/domain/errors';
import { totalSchema } from '@countersign/domain/schemas/common';
import { effectSchema } from '@countersign/domain/schemas/effect';
import { planTableSchema, problemSchema, recheckSchema } from '@countersign/domain/schemas/execution';
import * as z from 'zod';
import { config } from '../config.ts';

const MAX_PROBLEMS = 100_000;

/** What `execute` returns, as data from an untrusted place. */
const planOutputSchema = z.strictObject({
  effects: z.array(effectSchema),
  problems: z.array(problemSchema),
  rowCount: z.int().min(0),
  refusedTotals: z.array(totalSchema).max(200),
  message: z.string().max(2000),
  metrics: z.record(z.string().max(60), z.string().max(200)),
  warnings: z.array(z.string().max(500)).max(50),
  tables: z.array(planTableSchema).max(4).default([]),
  rechecks: z.array(recheckSchema).max(200).default([]),
});
export type PlanOutput = z.infer<typeof planOutputSchema>;

/** What `report` returns. It can only publish files and say something. */
const reportOutputSchema = z.strictObject({
  success: z.boolean(),
  message: z.string().max(2000),
  files: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,120}$/),
        contentType: z.enum(['text/csv', 'text/plain', 'application/json']),
        text: z.string(),
      }),
    )
    .max(10),
  notifications: z.array(z.unknown()).max(0).default([]),
});
export type ReportOutput = z.infer<typeof reportOutputSchema>;

export function parsePlanOutput(result: unknown): PlanOutput {
  const size =
    typeof result === 'object' && result !== null && 'effects' in result && Array.isArray(result.effects)
      ? result.effects.length
      : 0;
  if (size > config.maxEffects) {
    throw new AppError(
      'limit_exceeded',
      `This plan has ${size.toLocaleString('en-US')} effects; a run may have ${config.maxEffects.toLocaleString('en-US')}. Split the file and run each part.`,
    );
  }
  const output = parse(planOutputSchema, result, 'plan');
  if (output.problems.length > MAX_PROBLEMS)
    throw new AppError('limit_exceeded', `More than ${MAX_PROBLEMS.toLocaleString('en-US')} rows have problems`);
  return output;
}

export function parseReportOutput(result: unknown): ReportOutput {
  return parse(reportOutputSchema, result, 'report');
}

function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AppError(
    'plugin_error',
    `The plugin's ${what} is not of the agreed form: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}
