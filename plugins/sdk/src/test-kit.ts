import { decodeText } from '@countersign/domain/csv/decode';
import { sha256Hex } from '@countersign/domain/hash';
import type { Outcome } from '@countersign/domain/schemas/effect';
import Papa from 'papaparse';
import {
  createContext,
  type ClaimHolder,
  type Context,
  type LedgerAccount,
  type LedgerBalances,
  type LogLevel,
  type StripeAccount,
  type PluginRecord,
  type RateTable,
} from './context.ts';
import type { ParameterIssue, PlanProposal, Plugin, Report } from './define-plugin.ts';
import { InputError } from './input-error.ts';

export interface TestWorld {
  /** By parameter name: text, or bytes as they would be uploaded. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** `files.chunks` and `files.rows` get pieces of this length, in UTF-16 units; small ones find what is cut wrongly. */
  readonly pieceLength?: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly stripe?: readonly StripeAccount[];
  /** References that an execution holds already. */
  readonly claims?: Readonly<Record<string, ClaimHolder>>;
  /** Records by type and id. */
  readonly records?: Readonly<Record<string, Readonly<Record<string, PluginRecord>>>>;
  /** Accounts of the ledger by id; what is left out takes entries of any currency. */
  readonly ledger?: Readonly<Record<string, Partial<LedgerAccount>>>;
  /** What `ledger.balances` answers by day, and under `now` for everything; whatever accounts are asked for. */
  readonly balances?: Readonly<Record<string, LedgerBalances>>;
  readonly rates?: RateTable;
  readonly now?: string;
}

export interface TestRun {
  readonly log: readonly { readonly level: LogLevel; readonly message: string }[];
  /** Methods that the plugin called, in order. */
  readonly calls: readonly string[];
  /** Texts of the drafts of the last run, by name. */
  readonly drafts: ReadonlyMap<string, string>;
  validate(): readonly ParameterIssue[];
  execute(): Promise<PlanProposal>;
  /** Plan, give each effect the outcome that `decide` says (paid, else), and report. */
  report(decide?: (key: string) => Partial<Outcome>): Promise<Report>;
}

const PIECE_LENGTH = 1024 * 1024;
const CAPABILITY_OF: Readonly<Record<string, string>> = {
  'files.chunk': 'files.read',
  'drafts.open': 'files.write',
  'drafts.write': 'files.write',
  'drafts.close': 'files.write',
  'records.get': 'records.read',
};
const NOW = '2026-01-15T09:00:00.000Z';
const HASH = '0'.repeat(64);

/**
 * Run a plugin in the test's own process, with a world made of plain values. What the manifest does not name is
 * refused here as in the sandbox; its limits and its walls are not here.
 */
export function testPlugin(plugin: Plugin, world: TestWorld): TestRun {
  const log: { level: LogLevel; message: string }[] = [];
  const calls: string[] = [];
  const drafts = new TestDrafts();
  const context: Context = createContext(
    {
      now: world.now ?? NOW,
      log: (level, message) => {
        log.push({ level, message });
      },
      call: async (method, args) => {
        calls.push(method);
        if (!plugin.manifest.capabilities.includes(CAPABILITY_OF[method] ?? method))
          throw new Error(`capability_denied: the manifest does not name ${method}`);
        // Through JSON, as in the sandbox: nothing is shared, and a bigint would not get through.
        const sent = JSON.parse(JSON.stringify(args)) as unknown;
        return JSON.parse(JSON.stringify(drafts.answer(method, sent) ?? answer(world, method, sent)));
      },
    },
    { id: 'execution-1', title: 'Test' },
  );
  const execute = (): Promise<PlanProposal> => {
    drafts.clear();
    return plugin.execute(world.params, context);
  };
  return {
    log,
    calls,
    drafts: drafts.texts,
    validate: () => plugin.validate(world.params),
    execute,
    report: async (decide = () => ({})) => {
      const { effects, problems } = await execute();
      const outcomes = effects.map(({ key, line }, index): Outcome => ({
        effectId: `effect-${index}`,
        key,
        line,
        status: 'succeeded',
        providerId: `po_${index + 1}`,
        code: null,
        message: null,
        journalId: null,
        settlement: null,
        at: NOW,
        ...decide(key),
      }));
      return plugin.report({ parameters: world.params, effects, outcomes, problems }, context);
    },
  };
}

function answer(world: TestWorld, method: string, args: unknown): unknown {
  if (method === 'files.read') return readFile(world, (args as { parameter: string }).parameter);
  if (method === 'files.chunk') return readPiece(world, args as { parameter: string; piece: number });
  if (method === 'stripe.balances') {
    const known = new Map((world.stripe ?? []).map((account) => [account.id, account]));
    const missing = (id: string) => ({ missing: true, code: 'account_invalid', message: `No such account: ${id}` });
    return {
      accounts: Object.fromEntries(
        (args as { accounts: string[] }).accounts.map((id) => [id, known.get(id) ?? missing(id)]),
      ),
    };
  }
  if (method === 'claims.lookup') {
    const held = new Map(Object.entries(world.claims ?? {}));
    return {
      taken: Object.fromEntries(
        (args as { references: string[] }).references.flatMap((reference) =>
          held.has(reference) ? [[reference, held.get(reference)]] : [],
        ),
      ),
    };
  }
  if (method === 'records.get') {
    const { type, ids } = args as { type: string; ids: string[] };
    const there = world.records?.[type] ?? {};
    return { records: Object.fromEntries(ids.flatMap((id) => (Object.hasOwn(there, id) ? [[id, there[id]]] : []))) };
  }
  if (method === 'ledger.accounts') {
    const there = world.ledger ?? {};
    const plain = { name: 'Account', type: 'asset', postable: true, currency: null, openedOn: null, closed: false };
    const { ids } = args as { ids: string[] };
    return {
      accounts: Object.fromEntries(
        ids.flatMap((id) => (Object.hasOwn(there, id) ? [[id, { ...plain, ...there[id] }]] : [])),
      ),
    };
  }
  if (method === 'ledger.balances')
    return world.balances?.[(args as { day: string | null }).day ?? 'now'] ?? { balances: [], asOfSize: 0 };
  if (method === 'fx.rates') return world.rates ?? { baseCurrency: 'USD', quotes: [] };
  throw new Error(`The test kit has no ${method}`);
}

function readFile(
  world: TestWorld,
  parameter: string,
): { name: string; text: string; encoding: string; sha256: string } {
  const file = world.files?.[parameter];
  if (file === undefined) throw new Error(`The test gives no file for "${parameter}"`);
  const name = `${parameter}.csv`;
  if (typeof file === 'string') return { name, text: file, encoding: 'utf-8', sha256: HASH };
  const decoded = decodeText(file);
  if ('issue' in decoded) throw new InputError(`${name}: ${decoded.issue.message}`, [decoded.issue]);
  return { name, text: decoded.text, encoding: decoded.encoding, sha256: sha256Hex(file) };
}

function readPiece(world: TestWorld, { parameter, piece }: { parameter: string; piece: number }): unknown {
  const { name, encoding, text } = readFile(world, parameter);
  const length = world.pieceLength ?? PIECE_LENGTH;
  const end = (piece + 1) * length;
  return { name, encoding, text: text.slice(piece * length, end), last: end >= text.length };
}

/** Drafts in memory. */
class TestDrafts {
  readonly texts = new Map<string, string>();
  #names: string[] = [];

  clear(): void {
    this.texts.clear();
    this.#names = [];
  }

  answer(method: string, args: unknown): unknown {
    const { name, draft, text } = args as { name?: string; draft?: number; text?: string };
    const known = this.#names[draft ?? -1] ?? '';
    if (method === 'drafts.open') {
      this.texts.set(name ?? '', '');
      return { draft: this.#names.push(name ?? '') - 1 };
    }
    if (method === 'drafts.write') {
      this.texts.set(known, (this.texts.get(known) ?? '') + (text ?? ''));
      return { written: true };
    }
    if (method !== 'drafts.close') return undefined;
    const whole = this.texts.get(known) ?? '';
    const bytes = new TextEncoder().encode(whole);
    // The platform counts for itself; here a second reader stands for it.
    const records = Papa.parse(whole).data.length - (whole.endsWith('\n') ? 1 : 0);
    const rowCount = known.endsWith('.csv') ? records - 1 : null;
    return {
      storagePath: `drafts/${known}`,
      generation: '1',
      sha256: sha256Hex(bytes),
      sizeBytes: bytes.length,
      rowCount,
    };
  }
}
