/** Where journals come from, in words; what is not known here is said as it is stored. */
const SOURCES: Readonly<Record<string, string>> = {
  'stripe.payout': 'Payout',
  'stripe.payout.reversal': 'Payout that came back',
  'stripe.transfer': 'Transfer',
  'stripe.transfer.reversal': 'Transfer that came back',
  'ledger.journal': 'Journal',
  'opening-balance': 'Opening balance',
};

export function sourceInWords(kind: string): string {
  return SOURCES[kind] ?? kind.charAt(0).toUpperCase() + kind.slice(1);
}
