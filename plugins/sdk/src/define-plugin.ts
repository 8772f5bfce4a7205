import type { Effect, Outcome } from '@countersign/domain/schemas/effect';
import type { Problem, Recheck } from '@countersign/domain/schemas/execution';
import type { Total } from '@countersign/domain/schemas/common';
import type { Manifest, ParameterInput } from '@countersign/domain/schemas/plugin';
import type { Context } from './context.ts';
import type { ParameterValues } from './parameter-values.ts';

/** One thing that is wrong with the parameters, before anything is read. */
export interface ParameterIssue {
  readonly parameter: string;
  readonly message: string;
}

/** A small table for the person who signs, such as a sample or control totals: at most 12 columns and 20 rows. */
export interface PlanTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly cells: readonly string[] }[];
}

/** What `execute` proposes. Nothing of it happens before it is signed; all of it is checked by the platform. */
export interface PlanProposal {
  readonly effects: readonly Effect[];
  readonly problems: readonly Problem[];
  /** Rows of the input, the refused ones included. */
  readonly rowCount: number;
  /** Money of the refused rows, where it could be read. */
  readonly refusedTotals: readonly Total[];
  /** A sentence or two for the person who signs. */
  readonly message: string;
  readonly metrics: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
  /** At most four. */
  readonly tables?: readonly PlanTable[];
  /** What must still hold of records while the plan is applied; see `Recheck`. */
  readonly rechecks?: readonly Recheck[];
}

export interface ReportInput<Values> {
  readonly parameters: Values;
  readonly effects: readonly Effect[];
  /** One for each effect, in any order, by `key`. */
  readonly outcomes: readonly Outcome[];
  readonly problems: readonly Problem[];
}

export interface Report {
  readonly success: boolean;
  readonly message: string;
  readonly files: readonly {
    readonly name: string;
    readonly contentType: 'text/csv' | 'text/plain' | 'application/json';
    readonly text: string;
  }[];
  readonly notifications: readonly never[];
}

type Described = Omit<Manifest, 'parameters' | 'capabilities'>;

export interface PluginDefinition<Parameters extends readonly ParameterInput[]> extends Described {
  /** What it may call and which effects it may propose. What is not named here does not exist for it. */
  readonly capabilities: readonly Manifest['capabilities'][number][];
  /** The run form, in order. */
  readonly parameters: Parameters;
  readonly validate?: (parameters: ParameterValues<Parameters>) => readonly ParameterIssue[];
  /** Plan: read, compute, propose effects. Changes nothing. */
  readonly execute: (parameters: ParameterValues<Parameters>, context: Context) => Promise<PlanProposal>;
  /** After the last effect: make the results. It can publish files and say something, nothing else. */
  readonly report: (input: ReportInput<ParameterValues<Parameters>>, context: Context) => Promise<Report>;
}

/** A plugin as the platform and the test kit see it: the types of its parameters are its own affair. */
export interface Plugin {
  readonly manifest: Readonly<Record<string, unknown>> & {
    readonly name: string;
    readonly capabilities: readonly string[];
    readonly parameters: readonly ParameterInput[];
  };
  readonly validate: (parameters: Readonly<Record<string, unknown>>) => readonly ParameterIssue[];
  readonly execute: (parameters: Readonly<Record<string, unknown>>, context: Context) => Promise<PlanProposal>;
  readonly report: (input: ReportInput<Readonly<Record<string, unknown>>>, context: Context) => Promise<Report>;
}

/** What the sandbox answers instead of a plan when the plugin does not take its parameters. */
export interface ParametersRefused {
  readonly parameterIssues: readonly ParameterIssue[];
}

/** Ask whether the plugin takes these parameters, then for a plan: one run, and nothing is read in vain. */
export async function validateAndPlan(
  plugin: Plugin,
  parameters: Readonly<Record<string, unknown>>,
  context: Context,
): Promise<PlanProposal | ParametersRefused> {
  const parameterIssues = plugin.validate(parameters);
  return Array.isArray(parameterIssues) && parameterIssues.length === 0
    ? plugin.execute(parameters, context)
    : { parameterIssues };
}

/** Declare a plugin. The default export of a plugin's `src/index.ts` is what this returns. */
export function definePlugin<const Parameters extends readonly ParameterInput[]>(
  definition: PluginDefinition<Parameters>,
): Plugin {
  const { validate, execute, report, ...manifest } = definition;
  type Values = ParameterValues<Parameters>;
  // The platform has checked the values against `parameters` before a plugin sees them.
  const typed = (values: Readonly<Record<string, unknown>>): Values => values as Values;
  return {
    manifest: { ...manifest, capabilities: [...manifest.capabilities], parameters: [...manifest.parameters] },
    validate: (values) => validate?.(typed(values)) ?? [],
    execute: (values, context) => execute(typed(values), context),
    report: (input, context) => report({ ...input, parameters: typed(input.parameters) }, context),
  };
}
