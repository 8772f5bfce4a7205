import { fromMinor } from '@countersign/domain/money/money';
import { parseAmount } from '@countersign/domain/money/parse-amount';
import type { ParameterIssue } from '@countersign/domain/plan/parameters';
import type { Parameter } from '@countersign/domain/schemas/plugin';

/** A value that can't be read as its parameter's type. */
class Unreadable extends Error {}

const YES = new Set(['true', 'yes', '1']);
const NO = new Set(['false', 'no', '0']);

/**
 * Values of the command line by the types of the manifest's parameters. Whether they are allowed (limits, choices, what
 * is needed) is for the platform's own check; what no parameter is named for is handed on for it to refuse.
 */
export function readParameters(
  parameters: readonly Parameter[],
  texts: ReadonlyMap<string, string>,
): { readonly values: Record<string, unknown>; readonly issues: ParameterIssue[] } {
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const values: Record<string, unknown> = {};
  const issues: ParameterIssue[] = [];
  for (const [name, text] of texts) {
    try {
      values[name] = valueOf(byName.get(name), text);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      issues.push({ parameter: name, message: error.message });
    }
  }
  return { values, issues };
}

function valueOf(parameter: Parameter | undefined, text: string): unknown {
  switch (parameter?.type) {
    case 'number':
      return numberOf(text);
    case 'boolean':
      return booleanOf(text);
    case 'money':
      return moneyOf(text);
    case 'multiselect':
      return text.split(',').map((choice) => choice.trim());
    case 'file':
      throw new Unreadable(`${parameter.label} is a file: give it as --file ${parameter.name}=PATH`);
    default:
      return text;
  }
}

function numberOf(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new Unreadable(`"${text}" is not a number`);
  return value;
}

function booleanOf(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (YES.has(word)) return true;
  if (NO.has(word)) return false;
  throw new Unreadable(`"${text}" is neither yes nor no`);
}

/** `12.50 USD`, in major units. */
function moneyOf(text: string): { readonly amountMinor: string; readonly currency: string } {
  const [amount = '', currency = '', ...more] = text.trim().split(/\s+/);
  if (currency === '' || more.length > 0)
    throw new Unreadable(`"${text}" is not an amount with a currency, such as 12.50 USD`);
  const parsed = parseAmount(amount, currency);
  if (parsed.ok) return { amountMinor: fromMinor(parsed.amountMinor), currency };
  if (parsed.code === 'amount_zero') return { amountMinor: '0', currency };
  throw new Unreadable(`${parsed.message}. ${parsed.remedy}.`);
}
