import { isCurrency } from '../money/currencies.ts';
import { isMinorString } from '../money/money.ts';
import type { Parameter } from '../schemas/plugin.ts';

export interface ParameterIssue {
  readonly parameter: string;
  readonly message: string;
}

/** Parameters that this input asks for: `showWhen` leaves the others out. */
export function askedParameters(
  parameters: readonly Parameter[],
  values: Readonly<Record<string, unknown>>,
): readonly Parameter[] {
  return parameters.filter(
    ({ showWhen }) => showWhen === undefined || showWhen.oneOf.includes(choiceOf(values[showWhen.parameter])),
  );
}

/** What another parameter's value is called in `showWhen`; a list or an object is no choice. */
function choiceOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' ? String(value) : '';
}

/** Values with the defaults filled in, in the order of the schema; nothing that was not asked for. */
export function withDefaults(
  parameters: readonly Parameter[],
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const filled: Record<string, unknown> = { ...values };
  for (const parameter of parameters) {
    if (isEmpty(filled[parameter.name]) && 'default' in parameter && parameter.default !== undefined)
      filled[parameter.name] = parameter.default;
  }
  const asked = new Set(askedParameters(parameters, filled).map((parameter) => parameter.name));
  // What no parameter is named for stays, for `checkParameters` to refuse.
  const leftOut = new Set(parameters.map((parameter) => parameter.name).filter((name) => !asked.has(name)));
  return Object.fromEntries(Object.entries(filled).filter(([name, value]) => !leftOut.has(name) && !isEmpty(value)));
}

/** What is wrong with these values, parameter by parameter. The same function serves the form and the server. */
export function checkParameters(
  parameters: readonly Parameter[],
  values: Readonly<Record<string, unknown>>,
): ParameterIssue[] {
  const known = new Set(parameters.map((parameter) => parameter.name));
  const issues: ParameterIssue[] = Object.keys(values)
    .filter((name) => !known.has(name))
    .map((name) => ({ parameter: name, message: 'This operation has no such parameter' }));
  for (const parameter of askedParameters(parameters, values)) {
    const value = values[parameter.name];
    if (isEmpty(value)) {
      if (parameter.required) issues.push({ parameter: parameter.name, message: `${parameter.label} is needed` });
      continue;
    }
    const message = problemWith(parameter, value);
    if (message !== null) issues.push({ parameter: parameter.name, message });
  }
  return issues;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function problemWith(parameter: Parameter, value: unknown): string | null {
  switch (parameter.type) {
    case 'string':
    case 'account':
      if (typeof value !== 'string') return `${parameter.label} must be text`;
      return parameter.type === 'string' && value.length > parameter.maxLength
        ? `${parameter.label} may have ${parameter.maxLength} characters`
        : null;
    case 'file':
      return typeof value === 'string' && /^[A-Za-z0-9_.-]{1,128}$/.test(value)
        ? null
        : `${parameter.label} must be a file`;
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) return `${parameter.label} must be a number`;
      if (parameter.integer && !Number.isSafeInteger(value)) return `${parameter.label} must be a whole number`;
      if (parameter.min !== undefined && value < parameter.min)
        return `${parameter.label} must be at least ${parameter.min}`;
      return parameter.max !== undefined && value > parameter.max
        ? `${parameter.label} must be at most ${parameter.max}`
        : null;
    case 'boolean':
      return typeof value === 'boolean' ? null : `${parameter.label} must be yes or no`;
    case 'date':
      return typeof value === 'string' && isDay(value) ? null : `${parameter.label} must be a date, YYYY-MM-DD`;
    case 'money':
      return moneyProblem(parameter.label, parameter.currencies, value);
    case 'select':
      return parameter.options.some((option) => option.value === value)
        ? null
        : `${parameter.label} must be one of the choices`;
    case 'multiselect':
      return Array.isArray(value) && value.every((one) => parameter.options.some((option) => option.value === one))
        ? null
        : `${parameter.label} must be some of the choices`;
  }
}

function moneyProblem(label: string, currencies: readonly string[] | undefined, value: unknown): string | null {
  const form = `${label} must be an amount with a currency`;
  if (typeof value !== 'object' || value === null || !('amountMinor' in value) || !('currency' in value)) return form;
  const { amountMinor, currency } = value;
  if (typeof amountMinor !== 'string' || !isMinorString(amountMinor) || amountMinor.startsWith('-')) return form;
  if (typeof currency !== 'string' || !isCurrency(currency)) return form;
  return currencies !== undefined && !currencies.includes(currency)
    ? `${label} must be in ${currencies.join(' or ')}`
    : null;
}

function isDay(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const lastDay =
    month === 2
      ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
        ? 29
        : 28
      : [4, 6, 9, 11].includes(month)
        ? 30
        : 31;
  return month >= 1 && month <= 12 && day >= 1 && day <= lastDay;
}
