import { parseAmount } from '@countersign/domain/money/parse-amount';

export type Reserves = ReadonlyMap<string, bigint>;
export type ParsedReserves =
  | { readonly ok: true; readonly reserves: Reserves }
  | { readonly ok: false; readonly message: string };

/** What stays on each account, one amount a currency: `USD 100.00; EUR 50.00`. Empty text keeps nothing back. */
export function parseReserves(text: string | undefined): ParsedReserves {
  const reserves = new Map<string, bigint>();
  for (const part of (text ?? '')
    .split(/[;,]/)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')) {
    const match = /^([A-Z]{3})\s+(\S+)$/.exec(part);
    if (match === null) return { ok: false, message: `"${part}" is not a currency and an amount, such as USD 100.00` };
    const [, currency = '', amount = ''] = match;
    if (reserves.has(currency)) return { ok: false, message: `${currency} is there twice` };
    const parsed = parseAmount(amount, currency);
    if (!parsed.ok) return { ok: false, message: `${parsed.message}. ${parsed.remedy}` };
    reserves.set(currency, parsed.amountMinor);
  }
  return { ok: true, reserves };
}
