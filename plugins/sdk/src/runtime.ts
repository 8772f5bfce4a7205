import { createContext, type Host } from './context.ts';
import { validateAndPlan, type Plugin, type ReportInput } from './define-plugin.ts';

/** The one global that the sandbox leaves in the isolate. */
declare const countersign: Host & { register(serve: (entry: string, input: unknown) => unknown): void };

interface EntryInput {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly execution: { readonly id: string; readonly title: string };
}

/** Hand a plugin's entry points to the sandbox. The build puts this call behind every plugin's code. */
export function serve(plugin: Plugin): void {
  countersign.register((entry, input) => {
    if (entry === 'manifest') return plugin.manifest;
    const { parameters, execution } = input as EntryInput;
    if (entry === 'validate') return plugin.validate(parameters);
    const context = createContext(countersign, execution);
    if (entry === 'execute') return validateAndPlan(plugin, parameters, context);
    return plugin.report(input as ReportInput<Readonly<Record<string, unknown>>>, context);
  });
}
