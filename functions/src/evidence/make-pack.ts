import { toBase64 } from '@countersign/domain/audit/checkpoint';
import { subjectPath } from '@countersign/domain/audit/event';
import { isAppError } from '@countersign/domain/errors';
import { PACK_FORMAT, PACK_VERSION, type RecordOf } from '@countersign/domain/evidence/pack';
import { objectPaths, paths } from '@countersign/domain/paths';
import { auditPersonalSchema } from '@countersign/domain/schemas/audit';
import type { EvidenceExport, EvidenceRequest } from '@countersign/domain/schemas/evidence';
import type { Execution } from '@countersign/domain/schemas/execution';
import { evidenceExportSchema } from '@countersign/domain/schemas/evidence';
import { checkpointSchema, type StreamName } from '@countersign/domain/schemas/stream';
import type { Deps } from '../engine/deps.ts';
import { keptCode } from '../engine/kept-code.ts';
import { collectExecution, withoutPersonal, type Contents, type Source } from './documents.ts';
import { inOrder, leafText, STREAM_NAMES, type LeafPlaces } from './leaves.ts';
import { PackWriter } from './pack-writer.ts';
import { collectPeriod } from './period.ts';
import { Proofs } from './proofs.ts';
import { sealLogs, type SealedLogs } from './sealed-logs.ts';

export interface MadePack {
  readonly file: NonNullable<EvidenceExport['file']>;
  readonly counts: NonNullable<EvidenceExport['counts']>;
  readonly checkpoints: NonNullable<EvidenceExport['checkpoints']>;
}

const MAX_TRIES = 3;
const CONTENT_TYPE = 'application/jsonl';

/**
 * Make an evidence pack and put it into Storage. What it holds is first found, as places in the logs and documents, then
 * written in the order of its lines, read some at a time.
 * @throws AppError `limit_exceeded`, `failed_precondition`; `unavailable` (retryable) when the organization is at work
 */
export async function makePack(deps: Deps, orgId: string, request: EvidenceRequest, token: number): Promise<MadePack> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await tryMakePack(deps, orgId, request, token, tries < MAX_TRIES);
    } catch (error) {
      const changed = isAppError(error) && error.details['changedMeanwhile'] === true;
      if (!changed || tries === MAX_TRIES) throw error;
    }
  }
}

async function tryMakePack(
  deps: Deps,
  orgId: string,
  request: EvidenceRequest,
  token: number,
  strict: boolean,
): Promise<MadePack> {
  const logs = await sealLogs(deps.streams, orgId);
  const { audit, ledger } = logs.checkpoints;
  const source: Source = { db: deps.db, orgId, audit: audit.size, ledger: ledger.size, strict };
  const contents = await collect(source, request);
  const name = `evidence-${nameOf(request)}.jsonl`;
  const storagePath = objectPaths.evidence(orgId, request.id, token, request.personal, name);
  const writer = new PackWriter(deps.objects.writer(storagePath, CONTENT_TYPE));
  try {
    const lines = new Lines(deps, orgId, request, logs, contents, writer);
    await lines.write();
    const { generation, sha256, sizeBytes, lines: count } = await writer.close();
    return {
      file: { name, storagePath, generation, sha256, sizeBytes },
      counts: {
        lines: count,
        executions: contents.executions.length,
        documents: contents.documents.size,
        events: contents.audit.size,
        journals: [...contents.ledger.values()].filter(({ path, step }) => step === 0 && path.includes('/journals/'))
          .length,
        leaves: contents.audit.size + contents.ledger.size + contents.hashed.length,
      },
      checkpoints: { audit: audit.size, ledger: ledger.size },
    };
  } catch (error) {
    writer.abort();
    throw error;
  }
}

async function collect(source: Source, { subject }: EvidenceRequest): Promise<Contents> {
  const contents: Contents = {
    audit: new Map(),
    ledger: new Map(),
    hashed: [],
    documents: new Map(),
    executions: [],
  };
  if (subject.kind === 'execution') await collectExecution(source, contents, subject.executionId);
  if (subject.kind === 'period') await collectPeriod(source, contents, subject.from, subject.to);
  contents.executions.sort((a, b) => (a.id < b.id ? -1 : 1));
  return contents;
}

function nameOf({ subject, id }: EvidenceRequest): string {
  switch (subject.kind) {
    case 'execution':
      return subject.executionId;
    case 'period':
      return `${subject.from}-to-${subject.to}`;
    case 'consistency':
      return `consistency-${id.slice(0, 8)}`;
  }
}

/** Checkpoints of so many earlier packs are tied to this one's. */
const EARLIER_PACKS = 50;

class Lines {
  readonly #deps: Deps;
  readonly #orgId: string;
  readonly #request: EvidenceRequest;
  readonly #logs: SealedLogs;
  readonly #contents: Contents;
  readonly #writer: PackWriter;
  readonly #openings: RecordOf<'opening'>[] = [];
  /** Events that commit to personal values. */
  readonly #committed: { readonly id: string; readonly field: string }[] = [];

  constructor(
    deps: Deps,
    orgId: string,
    request: EvidenceRequest,
    logs: SealedLogs,
    contents: Contents,
    writer: PackWriter,
  ) {
    this.#deps = deps;
    this.#orgId = orgId;
    this.#request = request;
    this.#logs = logs;
    this.#contents = contents;
    this.#writer = writer;
  }

  /** In the order of `sortKey`. */
  async write(): Promise<void> {
    const { subject, personal } = this.#request;
    const publicKey = toBase64(await this.#deps.streams.signer.publicKey());
    await this.#writer.add({
      record: 'manifest',
      format: PACK_FORMAT,
      version: PACK_VERSION,
      organization: this.#orgId,
      subject,
      personal,
      publicKey,
    });
    for (const stream of STREAM_NAMES)
      await this.#writer.add({ record: 'checkpoint', stream, note: this.#logs.checkpoints[stream].note });
    for (const stream of STREAM_NAMES) await this.#writeConsistency(stream);
    await this.#writeDocuments();
    for (const execution of this.#contents.executions) await this.#writeReads(execution);
    for (const execution of this.#contents.executions) await this.#writePages(execution);
    for (const execution of this.#contents.executions) await this.#writeOutcomes(execution);
    await this.#writeCode();
    await this.#writeLeaves('audit', this.#contents.audit, []);
    await this.#writeLeaves('ledger', this.#contents.ledger, this.#contents.hashed);
    if (personal) await this.#writeOpenings();
  }

  async #writeConsistency(stream: StreamName): Promise<void> {
    const { db } = this.#deps;
    const { size } = this.#logs.checkpoints[stream];
    const { subject } = this.#request;
    const sizes = new Set(subject.kind === 'consistency' ? [subject[stream]] : []);
    const earlier = await db.query({
      collection: paths.evidenceExports(this.#orgId),
      orderBy: [['requestedAt', 'desc']],
      limit: EARLIER_PACKS,
    });
    for (const { data } of earlier) {
      const before = evidenceExportSchema.safeParse(data).data?.checkpoints?.[stream];
      if (before !== undefined) sizes.add(before);
    }
    const proofs = this.#proofs(stream);
    for (const before of [...sizes].filter((one) => one < size).toSorted((a, b) => a - b)) {
      const stored = await db.get(paths.checkpoint(this.#orgId, stream, before, this.#logs.epoch));
      if (stored === null) continue;
      const { note } = checkpointSchema.parse(stored.data);
      await this.#writer.add({
        record: 'consistency',
        stream,
        size: before,
        note,
        proof: await proofs.consistency(before),
      });
    }
  }

  #proofs(stream: StreamName): Proofs {
    return new Proofs(this.#deps.db, this.#orgId, stream, this.#logs.checkpoints[stream].size);
  }

  async #writeDocuments(): Promise<void> {
    const documents = [...this.#contents.documents.values()].map((stored) => ({
      path: subjectPath(stored.path),
      ...withoutPersonal(stored),
    }));
    const key = ({ path, document }: (typeof documents)[number]): string =>
      `${path} ${String(document['version']).padStart(16, '0')}`;
    for (const { path, document, opening } of documents.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))) {
      await this.#writer.add({ record: 'document', path, document });
      if (opening !== null) this.#openings.push(opening);
    }
  }

  async #writeReads({ id, plan }: Execution): Promise<void> {
    if (plan === null) return;
    for (let page = 0, index = 0; index < plan.reads.count; page += 1) {
      const stored = await this.#deps.db.get(paths.readPage(this.#orgId, id, plan.attempt, page));
      if (stored === null) return;
      const reads = (stored.data['reads'] as { call: string; argsHash: string; resultHash: string }[]).map(
        ({ call, argsHash, resultHash }) => ({ call, argsHash, resultHash }),
      );
      await this.#writer.add({ record: 'reads', executionId: id, index, reads });
      index += reads.length;
    }
  }

  async #writePages({ id, plan }: Execution): Promise<void> {
    const pathOf = (index: number): string => paths.page(this.#orgId, id, plan?.attempt ?? 0, index);
    for await (const chunk of inOrder(this.#deps.db, indexes(plan?.pageCount ?? 0), pathOf))
      for (const { one: index, stored } of chunk) {
        if (stored === null) return;
        const effects = JSON.parse(String(stored.data['effects']));
        await this.#writer.add({ record: 'page', executionId: id, index, effects });
      }
  }

  async #writeOutcomes({ id, plan }: Execution): Promise<void> {
    const pathOf = (index: number): string => paths.outcome(this.#orgId, id, plan?.attempt ?? 0, index);
    for await (const chunk of inOrder(this.#deps.db, indexes(plan?.pageCount ?? 0), pathOf))
      for (const { one: index, stored } of chunk) {
        if (stored?.data['state'] !== 'settled') continue;
        const outcomes = JSON.parse(String(stored.data['outcomes']));
        await this.#writer.add({ record: 'outcomes', executionId: id, index, outcomes });
      }
  }

  /** As it was kept when a plan was first made with it; of runs from before that, as it is deployed or was uploaded. */
  async #writeCode(): Promise<void> {
    const used = new Map(this.#contents.executions.map(({ plugin }) => [plugin.codeHash, plugin.name]));
    for (const [codeHash, name] of [...used].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const code = (await keptCode(this.#deps.objects, codeHash)) ?? (await this.#findCode(name, codeHash));
      await this.#writer.add({ record: 'code', codeHash, code });
    }
  }

  async #findCode(name: string, codeHash: string): Promise<string | null> {
    try {
      return await (await this.#deps.catalogue.find(name, codeHash, this.#orgId)).code();
    } catch (error) {
      if (isAppError(error) && error.code === 'failed_precondition') return null;
      throw error;
    }
  }

  async #writeLeaves(stream: StreamName, places: LeafPlaces, hashed: readonly number[]): Promise<void> {
    const proofs = this.#proofs(stream);
    const seqs = [...places.keys(), ...hashed].toSorted((a, b) => a - b);
    const pathOf = (seq: number): string => places.get(seq)?.path ?? paths.streamHead(this.#orgId, stream);
    for await (const chunk of inOrder(this.#deps.db, seqs, pathOf)) {
      const wanted = chunk.map(({ one }) => one);
      const [inclusion, hashes] = await Promise.all([proofs.inclusion(wanted), proofs.leafHashes(wanted)]);
      for (const [at, { one: seq, stored }] of chunk.entries()) {
        const placed = places.get(seq);
        const text = placed === undefined || stored === null ? null : leafText(stored, placed.step);
        const proof = inclusion[at] ?? [];
        if (text === null) {
          await this.#writer.add({ record: 'leaf', stream, seq, hash: hashes[at] ?? '', proof });
          continue;
        }
        const leaf = JSON.parse(text);
        await this.#writer.add({ record: 'leaf', stream, seq, leaf, proof });
        if (stream !== 'audit') continue;
        const { id, commitments } = leaf.body.event as { id: string; commitments: Record<string, string> };
        for (const field of Object.keys(commitments)) this.#committed.push({ id, field });
      }
    }
  }

  async #writeOpenings(): Promise<void> {
    const key = ({ of, field }: { of: string; field: string }): string => `${of} ${field}`;
    const ofEvents = this.#committed.map(({ id, field }) => ({ of: `audit/${id}`, field, id }));
    const sorted = ofEvents.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
    for await (const chunk of inOrder(this.#deps.db, sorted, ({ id }) => paths.auditPersonal(this.#orgId, id)))
      for (const { one, stored } of chunk) {
        const found = auditPersonalSchema.safeParse(stored?.data).data?.values[one.field];
        const { value, salt } = found ?? { value: null, salt: '' };
        await this.#writer.add({ record: 'opening', of: one.of, field: one.field, value, salt });
      }
    for (const opening of this.#openings.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)))
      await this.#writer.add(opening);
  }
}

const indexes = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
