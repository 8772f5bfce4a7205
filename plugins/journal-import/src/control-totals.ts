import { parseAmount } from '@countersign/domain/money/parse-amount';

export type ControlTotals = ReadonlyMap<string, bigint>;
export type ParsedTotals =
  | { readonly ok: true; readonly totals: ControlTotals }
  | { readonly ok: false; readonly message: string };

/** Debits that a file must come to, one amount a currency: `USD 1250.00; EUR 30.00`. Empty text asks for nothing. */
export function parseControlTotals(text: string | undefined): ParsedTotals {
  const totals = new Map<string, bigint>();
  for (const part of (text ?? '').split(';').map((piece) => piece.trim())) {
    if (part === '') continue;
    const [, currency = '', amount = ''] = /^([A-Z]{3})\s+(\S+)$/.exec(part) ?? [];
    if (currency === '')
      return { ok: false, message: `"${part.slice(0, 80)}" is not a currency and an amount, such as USD 100.00` };
    if (totals.has(currency)) return { ok: false, message: `${currency} is there twice` };
    const parsed = parseAmount(amount, currency);
    if (!parsed.ok) return { ok: false, message: `${parsed.message}. ${parsed.remedy}` };
    totals.set(currency, parsed.amountMinor);
  }
  return { ok: true, totals };
}
