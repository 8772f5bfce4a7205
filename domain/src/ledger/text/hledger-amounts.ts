import { minorOf } from './text-number.ts';
import type { TextAssertion, TextFault } from './text-ledger.ts';

type Mark = '.' | ',';

const AMOUNT =
  /^(?<before>[A-Z]{3}(?![A-Za-z]))?\s*(?<sign>[-+]?)\s*(?<early>[A-Z]{3}(?![A-Za-z]))?\s*(?<number>[0-9][0-9.,]*)\s*(?<after>[A-Z]{3}(?![A-Za-z]))?/;

/**
 * Amounts as hledger reads them (hledger manual, "Decimal marks", "commodity directive"): which mark stands before the
 * decimals is what `decimal-mark` says, else what the form of the commodity says, else what the number itself shows. One
 * that could be either is asked about: hledger would take `1,000` for one.
 */
export class HledgerAmounts {
  #decimal: Mark | null = null;
  /** By currency; null when its form can't be told. */
  readonly #forms = new Map<string, Mark | null>();

  /** @returns whether it is a mark */
  decimalMark(text: string): boolean {
    if (text !== '.' && text !== ',') return false;
    this.#decimal = text;
    return true;
  }

  /** An amount that shows the form of a currency: `1.000,00 EUR`. A name alone says nothing. It counts from here on. */
  form(sample: string): void {
    const [, before = '', number = '', after = ''] =
      /^([^0-9]*?)\s*([0-9][0-9.,\s]*?)?\s*([^0-9.,]*)$/.exec(sample) ?? [];
    const currency = (before.trim() || after.trim()).replaceAll('"', '');
    if (number !== '') this.#forms.set(currency, decimalOf(number));
  }

  /** An amount with a currency, and nothing behind it. */
  read(text: string): { readonly minor: bigint; readonly currency: string } | TextFault {
    const match = AMOUNT.exec(text);
    const { before, sign = '', early, number = '', after } = match?.groups ?? {};
    const currency = before ?? early ?? after;
    if (match === null || currency === undefined)
      return {
        code: 'amount_unreadable',
        message: `"${text.slice(0, 40)}" is no number with a currency code`,
        remedy: 'Write it like 1234.50 USD',
      };
    if (match[0].length < text.length)
      return {
        code: 'price_or_cost',
        message: `"${text.slice(match[0].length).trim().slice(0, 40)}" is not read: a journal is balanced in each of its currencies`,
        remedy: 'Write both currencies against an account that holds the currency position',
      };
    const digits = this.#plain(number, currency);
    if (typeof digits !== 'string') return digits;
    const minor = minorOf(sign + digits, currency);
    return typeof minor === 'bigint' ? { minor, currency } : minor;
  }

  /** `= 12 USD`, with its variants `==`, `=*` and `==*`. Line and column are those of the first character. */
  readAssertion(text: string, account: string, line: number, column: number): TextAssertion | TextFault {
    const [, sole, below, number = ''] = /^=(=)?(\*)?\s*(.*)$/s.exec(text) ?? [];
    const amount = this.read(number);
    if ('code' in amount) return amount;
    return {
      line,
      column,
      account,
      amountMinor: amount.minor,
      currency: amount.currency,
      toleranceMinor: 0n,
      below: below !== undefined,
      sole: sole !== undefined,
    };
  }

  /** Digits with `.` before the decimals. */
  #plain(number: string, currency: string): string | TextFault {
    const ambiguous: TextFault = {
      code: 'amount_grouped',
      message: `"${number.slice(0, 40)}" could mean two things`,
      remedy: 'Say "decimal-mark ." (or ",") at the top of the file, or write it without grouping',
    };
    if (/^[0-9]+$/.test(number)) return number;
    const form = this.#forms.get(currency);
    const shown = /^[0-9]+\.[0-9]*$/.test(number) || /^[0-9]{1,3}(,[0-9]{3})+\.[0-9]*$/.test(number) ? '.' : null;
    const decimal = this.#decimal ?? (form === undefined ? shown : form);
    if (decimal === null) return ambiguous;
    const group = decimal === '.' ? ',' : '.';
    const [whole = '', fraction, ...more] = number.split(decimal);
    const grouped = new RegExp(`^(?:[0-9]+|[0-9]{1,3}(?:\\${group}[0-9]{3})+)$`).test(whole);
    if (!grouped || more.length > 0 || /[^0-9]/.test(fraction ?? '')) return ambiguous;
    return fraction === undefined ? whole.replaceAll(group, '') : `${whole.replaceAll(group, '')}.${fraction}`;
  }
}

/** The mark before the decimals of a form: the only one, or the last of two kinds; of one that comes twice, the other. */
function decimalOf(form: string): Mark | null {
  const marks = form.replace(/[0-9\s]/g, '');
  const last = marks.at(-1) as Mark | undefined;
  if (last === undefined) return null;
  if (marks.length === 1 || !marks.slice(0, -1).includes(last)) return last;
  return /^(.)\1+$/.test(marks) ? (last === '.' ? ',' : '.') : null;
}
