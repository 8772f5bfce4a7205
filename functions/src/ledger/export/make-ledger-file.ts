import { createHash } from 'node:crypto';
import { rowsOfAccounts } from '@countersign/domain/ledger/chart/chart-row';
import { writeChart } from '@countersign/domain/ledger/chart/write-chart';
import { BeancountWriter } from '@countersign/domain/ledger/text/beancount-writer';
import { HledgerWriter } from '@countersign/domain/ledger/text/hledger-writer';
import { JournalsCsvWriter } from '@countersign/domain/ledger/text/journals-csv-writer';
import type { TextWriter, WrittenSum } from '@countersign/domain/ledger/text/text-writer';
import { AppError } from '@countersign/domain/errors';
import { objectPaths, paths } from '@countersign/domain/paths';
import type { EvidenceExport, LedgerFormat } from '@countersign/domain/schemas/evidence';
import { balanceSchema, type Account } from '@countersign/domain/schemas/account';
import type { Deps } from '../../engine/deps.ts';
import { refs } from '../../refs.ts';
import { read } from '../../store/database.ts';
import type { ObjectWriter } from '../../store/object-store.ts';
import { drainStream } from '../../streams/index.ts';
import { accountsAsOf, journalsAsOf, pagesOf } from './read-ledger.ts';

export interface MadeLedgerFile {
  readonly file: NonNullable<EvidenceExport['file']>;
  readonly counts: NonNullable<EvidenceExport['counts']>;
  readonly checkpoints: null;
  /** Leaves of the ledger that the file shows, and no later one. */
  readonly ledgerSize: number;
}

const ENDINGS: Readonly<Record<LedgerFormat, string>> = {
  beancount: 'ledger.beancount',
  hledger: 'ledger.journal',
  csv: 'journals.csv',
  chart: 'chart.csv',
};
const PIECE_LENGTH = 256 * 1024;

/**
 * Write the ledger as it stands now into Storage: all of it up to one leaf, and nothing after it, whatever is recorded
 * meanwhile. Where nothing was, what was written is compared with the ledger's own balances.
 * @throws AppError `failed_precondition` when a day or a sum has no form in the format, or the balances are others
 */
export async function makeLedgerFile(
  deps: Deps,
  orgId: string,
  exportId: string,
  format: LedgerFormat,
  token: number,
): Promise<MadeLedgerFile> {
  await drainStream(deps.streams, orgId, 'ledger');
  const sizeOf = async (): Promise<number> => (await read(deps.db, refs.streamHead(orgId, 'ledger')))?.size ?? 0;
  const ledgerSize = await sizeOf();
  const name = ENDINGS[format];
  const storagePath = objectPaths.evidence(orgId, exportId, token, false, name);
  const out = new Pieces(
    deps.objects.writer(storagePath, format === 'chart' || format === 'csv' ? 'text/csv' : 'text/plain'),
  );
  try {
    const accounts = await accountsAsOf(deps.db, orgId, ledgerSize);
    let journals = 0;
    if (format === 'chart') await out.add(writeChart(rowsOfAccounts(accounts)));
    else {
      const writer = await writerFor(deps, orgId, format, accounts, ledgerSize);
      await out.add(writer.head());
      for await (const journal of journalsAsOf(deps.db, orgId, ledgerSize)) {
        journals += 1;
        await out.add(writer.journal(journal));
      }
      await out.add(writer.tail());
      if ((await sizeOf()) === ledgerSize) await assertBalances(deps, orgId, writer.sums());
    }
    const { generation, sha256, sizeBytes, lines } = await out.close();
    const counts = { lines, executions: 0, documents: accounts.length, events: 0, journals, leaves: 0 };
    return { file: { name, storagePath, generation, sha256, sizeBytes }, counts, checkpoints: null, ledgerSize };
  } catch (error) {
    out.abort();
    throw error;
  }
}

async function writerFor(
  deps: Deps,
  orgId: string,
  format: Exclude<LedgerFormat, 'chart'>,
  accounts: readonly Account[],
  size: number,
): Promise<TextWriter> {
  const organization = await read(deps.db, refs.organization(orgId));
  const options = {
    title: organization?.name ?? orgId,
    asOf: `${deps.now().toISOString()}, leaf ${size} of the ledger`,
  };
  if (format === 'beancount') return new BeancountWriter(accounts, options);
  if (format === 'hledger') return new HledgerWriter(accounts, options);
  // A CSV names its columns first: the facts that journals have are looked for before.
  const keys = new Set<string>();
  for await (const { metadata } of journalsAsOf(deps.db, orgId, size))
    for (const key of Object.keys(metadata)) keys.add(key);
  return new JournalsCsvWriter([...keys].sort());
}

/** The balances that the ledger keeps come from its writer, the sums from the journals: they must be the same. */
async function assertBalances({ db }: Deps, orgId: string, sums: readonly WrittenSum[]): Promise<void> {
  const written = new Map(sums.map((sum) => [`${sum.accountId} ${sum.currency}`, sum]));
  for await (const balance of pagesOf(db, paths.balances(orgId), balanceSchema)) {
    if (!balance.postable) continue;
    const sum = written.get(`${balance.accountId} ${balance.currency}`);
    const same =
      (sum?.debitMinor ?? 0n) === BigInt(balance.postedDebitMinor) &&
      (sum?.creditMinor ?? 0n) === BigInt(balance.postedCreditMinor);
    if (!same)
      throw new AppError(
        'failed_precondition',
        `The balance of ${balance.accountId} in ${balance.currency} is not what its journals come to: verify the ledger`,
      );
  }
}

/** Text as bytes, some at a time, with the hash of all of them. */
class Pieces {
  readonly #writer: ObjectWriter;
  readonly #sum = createHash('sha256');
  #text = '';
  #sizeBytes = 0;
  #lines = 0;

  constructor(writer: ObjectWriter) {
    this.#writer = writer;
  }

  async add(text: string): Promise<void> {
    this.#text += text;
    if (this.#text.length >= PIECE_LENGTH) await this.#flush();
  }

  async close(): Promise<{ generation: string; sha256: string; sizeBytes: number; lines: number }> {
    await this.#flush();
    const { generation } = await this.#writer.close();
    return { generation, sha256: this.#sum.digest('hex'), sizeBytes: this.#sizeBytes, lines: this.#lines };
  }

  abort(): void {
    this.#writer.abort();
  }

  async #flush(): Promise<void> {
    if (this.#text === '') return;
    const bytes = Buffer.from(this.#text, 'utf8');
    this.#lines += this.#text.split('\n').length - 1;
    this.#text = '';
    this.#sum.update(bytes);
    this.#sizeBytes += bytes.length;
    await this.#writer.write(bytes);
  }
}
