import { mulberry32 } from '../../../seeded-random.ts';
import { chartIntents } from '../../chart/chart-intents.ts';
import type { ChartRow } from '../../chart/chart-row.ts';
import type { LedgerIntent } from '../../../schemas/ledger-intent.ts';
import { MemoryLedger } from '../../testing/memory-ledger.ts';

/** Exponents 0, 2, 3 and 4. */
const CURRENCIES = ['USD', 'EUR', 'JPY', 'KWD', 'CLF', 'GBP'] as const;
const MEMOS = [
  'October sales',
  '',
  'Fee; with "quotes" and a \\ backslash',
  'two\nlines\tand a tab',
  '  spaces around  ',
  '(code) * ! | payee',
  'date:2020-01-01, type:X [2020-01-01]',
  'Bücher für 名古屋 🏦',
  'one line\u2028separator',
  '=SUM(A1) % 100%25',
];
const KEYS = [
  'invoice',
  'Invoice',
  'a',
  'cost.center',
  'x_y',
  'm-invoice',
  'date',
  'filename',
  'type',
  'countersign-id',
];
/** Ids that come to the same name, and ids that no tool would take as they are. */
const LEAVES = [
  'bank',
  'Bank',
  'bank_',
  'stripe-balance.acct_1Aa',
  'stripe-balance.acct_1aA',
  '2026',
  '__',
  'x.y',
  'x-y',
];

const START = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;
const BATCH = 200;

/**
 * A ledger of seeded journals, all through `decideBatch`: several currencies, up to six entries, some pending for ever,
 * some voided, some taken back whole or in part. The same seed makes the same ledger.
 */
export function randomLedger(seed: number, journals: number): MemoryLedger {
  const random = mulberry32(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const one = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const ledger = new MemoryLedger();
  const rows = chart();
  refuseNothing(ledger, chartIntents(rows, [], { orgId: 'random', reason: 'seed' }).intents, 0);
  const leaves = rows.filter((row) => row.postable).map((row) => row.id);
  const posted: string[] = [];
  let batch: LedgerIntent[] = [];
  for (let at = 0; at < journals; at += 1) {
    const id = `j-${at}`;
    const entries = Array.from({ length: 1 + below(2) }, () =>
      balancedEntries(one(CURRENCIES), below, () => one(leaves)),
    ).flat();
    const dice = random();
    batch.push({
      type: 'record',
      id,
      state: dice < 0.2 ? 'pending' : 'posted',
      source: { executionId: `run-${at % 7}`, effectId: null, kind: 'test' },
      journal: {
        memo: one(MEMOS),
        effectiveDay: new Date(START + below(900) * DAY_MS).toISOString().slice(0, 10),
        entries,
        ...(random() < 0.5 ? {} : { metadata: { [one(KEYS)]: one(MEMOS), reference: id } }),
      },
    });
    if (dice < 0.08) batch.push({ type: 'void', id: `void-${at}`, journalId: id, reason: 'not sent' });
    else if (dice < 0.15) batch.push({ type: 'post', id: `post-${at}`, journalId: id });
    if (dice >= 0.2) posted.push(id);
    if (dice > 0.93) batch.push(reversalOf(posted.splice(below(posted.length), 1)[0] as string));
    else if (dice > 0.9) batch.push(partOf(id, entries, below));
    if (batch.length < BATCH) continue;
    refuseNothing(ledger, batch, at);
    batch = [];
  }
  refuseNothing(ledger, batch, journals);
  return ledger;
}

function refuseNothing(ledger: MemoryLedger, intents: readonly LedgerIntent[], at: number): void {
  const { refusals } = ledger.run(intents, new Date(START + (900 + at / 1000) * DAY_MS).toISOString());
  // A part of what was taken back as a whole meanwhile is refused, rightly.
  const real = refusals.filter(({ code }) => code !== 'journal_reversed');
  if (real[0] !== undefined) throw new Error(`The seeded ledger is refused: ${real[0].message}`);
}

type Entries = Extract<LedgerIntent, { type: 'record' }>['journal']['entries'];

/** One amount against one to three that come to it. */
function balancedEntries(currency: string, below: (limit: number) => number, account: () => string): Entries {
  const parts = Array.from({ length: 1 + below(3) }, () => BigInt(1 + below(1_000_000)) ** BigInt(1 + below(3)));
  const sum = parts.reduce((all, part) => all + part, 0n);
  const [one, other] = below(2) === 0 ? (['debit', 'credit'] as const) : (['credit', 'debit'] as const);
  return [
    { accountId: account(), side: one, amountMinor: sum.toString(), currency },
    ...parts.map((part) => ({ accountId: account(), side: other, amountMinor: part.toString(), currency })),
  ];
}

function reversalOf(journalId: string): LedgerIntent {
  const source = { executionId: null, effectId: null, kind: 'reversal' };
  return { type: 'reverse', id: `r-${journalId}`, journalId, memo: `Back: ${journalId}`, source };
}

/** Half of each currency's first amount, against the entries behind it until it is used up. */
function partOf(journalId: string, entries: Entries, below: (limit: number) => number): LedgerIntent {
  const amounts: string[] = [];
  const left = new Map<string, bigint>();
  const firstSide = new Map<string, string>();
  for (const { currency, side, amountMinor } of entries) {
    if (!firstSide.has(currency)) {
      const half = BigInt(amountMinor) / BigInt(2 + below(3)) || 1n;
      firstSide.set(currency, side);
      left.set(currency, half);
      amounts.push(half.toString());
      continue;
    }
    const rest = left.get(currency) ?? 0n;
    const taken =
      side === firstSide.get(currency) || rest === 0n ? 0n : rest < BigInt(amountMinor) ? rest : BigInt(amountMinor);
    left.set(currency, rest - taken);
    amounts.push(taken.toString());
  }
  return { ...reversalOf(journalId), id: `p-${journalId}`, amounts } as LedgerIntent;
}

function chart(): ChartRow[] {
  const plain = { currency: null, branch: null, openedOn: null, closed: false, closedOn: null, guards: [] };
  const roots = (['asset', 'liability', 'equity', 'income', 'expense'] as const).map((type): ChartRow => {
    const id = { asset: 'assets', liability: 'debts', equity: 'equity', income: 'income', expense: 'expenses' }[type];
    return { ...plain, id, parentId: null, name: `All "${type}"`, type, postable: false };
  });
  return [
    ...roots,
    ...roots.flatMap(({ id: root, type }, at): ChartRow[] => [
      { ...plain, id: `${root}.group`, parentId: root, name: 'Group, with a comma; and more', type, postable: false },
      ...LEAVES.map((leaf, index): ChartRow => ({
        ...plain,
        id: at === 0 ? leaf : `${leaf}${at}`,
        parentId: index % 2 === 0 ? root : `${root}.group`,
        name: `Leaf ${leaf}`,
        type,
        postable: true,
        openedOn: index % 3 === 0 ? '2023-01-01' : null,
      })),
    ]),
  ];
}
