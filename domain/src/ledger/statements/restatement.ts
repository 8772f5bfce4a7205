import type { RestatedLine, RestatementPage, StatementLine, StatementRate } from '../../schemas/statement.ts';
import { fromMinor, toMinor } from '../../money/money.ts';

/**
 * What differs between a statement as it was issued and as it would be now: line by line, column by column. Lines are
 * matched by id within their currency; one that is gone is shown where it stood.
 */
export function restatedLines(before: readonly StatementLine[], after: readonly StatementLine[]): RestatedLine[] {
  const old = new Map(before.map((line) => [keyOf(line), line]));
  const now = new Map(after.map((line) => [keyOf(line), line]));
  const restated: RestatedLine[] = [];
  for (const line of inOneOrder(before, after, now)) {
    const [was, is] = [old.get(keyOf(line)), now.get(keyOf(line))];
    const amounts = differences(was?.amounts ?? {}, is?.amounts ?? {});
    if (Object.keys(amounts).length === 0) continue;
    const { id, currency, converted, kind, level, label, accountId } = line;
    const change = was === undefined ? 'added' : is === undefined ? 'removed' : 'changed';
    restated.push({ id, currency, converted, kind, level, label, accountId, change, amounts });
  }
  return restated;
}

const keyOf = ({ currency, converted, id }: StatementLine): string => `${currency} ${converted ? 'base' : ''} ${id}`;

/** The lines as they are now, and those that are gone behind the line that they followed. */
function inOneOrder(
  before: readonly StatementLine[],
  after: readonly StatementLine[],
  now: ReadonlyMap<string, StatementLine>,
): StatementLine[] {
  const gone = new Map<string | null, StatementLine[]>();
  let follows: string | null = null;
  for (const line of before) {
    if (now.has(keyOf(line))) follows = keyOf(line);
    else {
      const there = gone.get(follows);
      if (there === undefined) gone.set(follows, [line]);
      else there.push(line);
    }
  }
  return [...(gone.get(null) ?? []), ...after.flatMap((line) => [line, ...(gone.get(keyOf(line)) ?? [])])];
}

function differences(
  was: Readonly<Record<string, string>>,
  is: Readonly<Record<string, string>>,
): RestatedLine['amounts'] {
  const columns = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return Object.fromEntries(
    columns.flatMap((column) => {
      const [oldMinor, newMinor] = [was[column] ?? '0', is[column] ?? '0'];
      const differenceMinor = fromMinor(toMinor(newMinor) - toMinor(oldMinor));
      return differenceMinor === '0' ? [] : [[column, { oldMinor, newMinor, differenceMinor }]];
    }),
  );
}

/** Rates of a converted section that are others now, or were not used then, or are not any more. */
export function restatedRates(
  before: readonly StatementRate[],
  after: readonly StatementRate[],
): RestatementPage['rates'] {
  const keyOfRate = ({ base, quote, asOf }: StatementRate): string => `${base} ${quote} ${asOf}`;
  const old = new Map(before.map((rate) => [keyOfRate(rate), rate]));
  const now = new Map(after.map((rate) => [keyOfRate(rate), rate]));
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((key) => {
    const [was, is] = [old.get(key) ?? null, now.get(key) ?? null];
    return was?.rate === is?.rate ? [] : [{ was, is }];
  });
}
