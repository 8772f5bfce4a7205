/** The page of an account with the register of just the days that a statement's line is of: of a day, its month up to it. */
export function registerAddress(
  accountId: string,
  days: { readonly day: string } | { readonly from: string; readonly to: string },
): string {
  const [from, to] = 'day' in days ? [`${days.day.slice(0, 8)}01`, days.day] : [days.from, days.to];
  return `/ledger/accounts/${accountId}?by=day&from=${from}&to=${to}`;
}
