import { originOf } from '@countersign/domain/audit/checkpoint';
import type { PolicyWitness } from '@countersign/domain/audit/witness-policy';
import { paths } from '@countersign/domain/paths';
import type { Organization } from '@countersign/domain/schemas/organization';
import { checkpointSchema, type Checkpoint, type StreamName } from '@countersign/domain/schemas/stream';
import type { WitnessState } from '@countersign/domain/schemas/witness';
import { log } from '../log.ts';
import { refs } from '../refs.ts';
import { read, type Stored, type Transaction, type Write } from '../store/database.ts';
import type { SealDeps, Witnesses } from '../streams/index.ts';
import { askWitness, type Asked } from './ask.ts';
import { alertWrites } from './alerts.ts';
import { keepAnswer } from './keep-answer.ts';
import { submissionOf, withLines } from './notes.ts';
import { proofBetween } from './proof-between.ts';
import { dueIn, keyIdHex, settled, stateFor, type Newest } from './state.ts';

const LIMIT_MS = 10_000;
/** Whoever asks has answers by then; after a crash the tick asks again. */
const CLAIM_MS = 30_000;
const STREAMS_A_TICK = 20;

/** What the tick calls: ask about every checkpoint that waits for a witness who may be asked now. */
export async function cosignDue(deps: SealDeps): Promise<number> {
  if (deps.witnesses === undefined) return 0;
  const due = await deps.db.query({
    collection: 'witnesses',
    group: true,
    where: [['nextAt', '<=', deps.now().toISOString()]],
    orderBy: [['nextAt', 'asc']],
    limit: STREAMS_A_TICK,
  });
  await Promise.all(due.map((stored) => tryStream(deps, stored)));
  return due.length;
}

/** What is wrong with one log does not hold up the others. */
async function tryStream(deps: SealDeps, { path }: Stored): Promise<void> {
  const [, orgId = '', , name] = path.split('/');
  if (name !== 'ledger' && name !== 'audit') return;
  await cosignStream(deps, orgId, name).catch((error: unknown) =>
    log.tickFailed({ part: `witnesses of ${name} of ${orgId}`, message: String(error) }),
  );
}

interface Question {
  readonly epoch: number;
  readonly newest: Newest;
  readonly checkpoint: Checkpoint;
  readonly due: readonly { readonly witness: PolicyWitness; readonly known: number }[];
}

/**
 * Ask those witnesses who have not cosigned a log's newest checkpoint, all at once. What they sign is verified, laid
 * beside the published checkpoint, and added to the stored one. It holds up nothing: a checkpoint that nobody cosigns is
 * as published as any.
 * @param limitMs for all of it
 */
export async function cosignStream(deps: SealDeps, orgId: string, name: StreamName, limitMs = LIMIT_MS): Promise<void> {
  const { witnesses } = deps;
  if (witnesses === undefined) return;
  const question = await claim(deps, witnesses, orgId, name);
  if (question === null) return;
  const signal = AbortSignal.timeout(limitMs);
  const submission = submissionOf(question.checkpoint);
  const answers = await Promise.all(
    question.due.map(async ({ witness, known }) => {
      const asked = await askWitness(submission, witness, known, {
        ask: (body) => witnesses.ask(witness.url ?? '', body, signal),
        prove: (before) => proofBetween(deps.db, orgId, name, before, submission),
        now: deps.now,
      });
      if (await isOvertaken(deps, orgId, name, asked)) return [];
      await keepAnswer(deps, orgId, question, witness, asked);
      return [{ witness, asked }];
    }),
  );
  await record(deps, witnesses, orgId, name, question.checkpoint, answers.flat());
}

/** Somebody has asked about a later checkpoint meanwhile: that the witness is ahead of this one is as it should be. */
async function isOvertaken({ db }: SealDeps, orgId: string, name: StreamName, asked: Asked): Promise<boolean> {
  if (asked.kind !== 'problem' || asked.code !== 'ahead' || asked.size === null) return false;
  return ((await read(db, refs.streamHead(orgId, name)))?.checkpointSize ?? 0) >= asked.size;
}

interface Place {
  readonly epoch: number;
  readonly newest: Newest;
  readonly before: WitnessState | null;
}

async function placeOf(tx: Pick<Transaction, 'get' | 'getAll'>, orgId: string, stream: StreamName): Promise<Place> {
  const before = await read(tx, refs.witnesses(orgId, stream));
  const organization = (await tx.get(paths.organization(orgId)))?.data as Partial<Organization> | undefined;
  const epoch = organization?.restored?.epoch ?? 0;
  const size = (await read(tx, refs.streamHead(orgId, stream)))?.checkpointSize ?? 0;
  return { epoch, before, newest: { stream, origin: originOf(orgId, stream, epoch), size } };
}

async function claim(deps: SealDeps, { policy }: Witnesses, orgId: string, name: StreamName): Promise<Question | null> {
  const { db, now } = deps;
  return db.transaction(async (tx) => {
    const { epoch, before, newest } = await placeOf(tx, orgId, name);
    const stored = newest.size === 0 ? null : await tx.get(paths.checkpoint(orgId, name, newest.size, epoch));
    // After a restore nothing of the new epoch may be signed yet.
    const asked = stored === null ? { ...newest, size: 0 } : newest;
    const at = now().toISOString();
    const state = stateFor(before, asked, policy, at);
    const due = dueIn(state, asked, at);
    const nextAt = due.length === 0 ? state.nextAt : new Date(now().getTime() + CLAIM_MS).toISOString();
    tx.write({ op: 'set', path: paths.witnesses(orgId, name), data: { ...state, nextAt } });
    if (stored === null || due.length === 0) return null;
    return {
      epoch,
      newest,
      checkpoint: checkpointSchema.parse(stored.data),
      due: policy.witnesses.flatMap((witness) => {
        const entry = due.find(({ keyId }) => keyId === keyIdHex(witness));
        return entry === undefined ? [] : [{ witness, known: entry.cosigned?.size ?? 0 }];
      }),
    };
  });
}

async function record(
  { db, now }: SealDeps,
  { policy }: Witnesses,
  orgId: string,
  name: StreamName,
  checkpoint: Checkpoint,
  answers: readonly { readonly witness: PolicyWitness; readonly asked: Asked }[],
): Promise<void> {
  await db.transaction(async (tx) => {
    const { epoch, before, newest } = await placeOf(tx, orgId, name);
    const path = paths.checkpoint(orgId, name, checkpoint.size, epoch);
    const stored = newest.origin === checkpoint.origin ? await tx.get(path) : null;
    // Restored meanwhile: these answers are about a log that has ended.
    if (stored === null) return;
    const at = now().toISOString();
    const asked = stateFor(before, newest, policy, at);
    const witnesses = asked.witnesses.map((entry) => {
      const answer = answers.find(({ witness }) => keyIdHex(witness) === entry.keyId);
      return answer === undefined ? entry : settled(entry, answer.asked, checkpoint, at);
    });
    // Once more, for the next time and the quorum that come of it.
    const state = stateFor({ ...asked, witnesses }, newest, policy, at);
    const note = withLines(
      checkpointSchema.parse(stored.data).note,
      answers.flatMap(({ asked: one }) => (one.kind === 'cosigned' ? [one.line] : [])),
    );
    const writes: Write[] = [
      { op: 'set', path: paths.witnesses(orgId, name), data: { ...state } },
      ...(note === null ? [] : [{ op: 'update', path, data: { note } } as const]),
    ];
    tx.write(...(await alertWrites(tx, orgId, state, writes, at)));
  });
}
