import { originOf, parseCheckpoint } from '@countersign/domain/audit/checkpoint';
import type { PolicyWitness } from '@countersign/domain/audit/witness-policy';
import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { Organization } from '@countersign/domain/schemas/organization';
import { checkpointSchema, type Checkpoint, type StreamName } from '@countersign/domain/schemas/stream';
import type { WitnessState } from '@countersign/domain/schemas/witness';
import { log } from '../log.ts';
import { refs } from '../refs.ts';
import { read, type Database, type Stored, type Transaction, type Write } from '../store/database.ts';
import type { SealDeps, Witnesses } from '../streams/index.ts';
import { askWitness, type Asked, type Submission } from './ask.ts';
import { alertWrites } from './alerts.ts';
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
      await keep(deps, orgId, name, question, witness, asked);
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

/** The stored note may have cosignatures by now; a witness gets the log's own line alone. */
function submissionOf({ origin, size, root, note }: Checkpoint): Submission {
  const { text } = parseCheckpoint(note);
  const [own = ''] = note.slice(text.length + 1).split('\n');
  return { origin, size, root, note: `${text}\n${own}\n` };
}

const padded = (size: number): string => String(size).padStart(16, '0');

/** First what lies outside the database: what is known of a witness's word is never only here. */
async function keep(
  { publisher, db }: SealDeps,
  orgId: string,
  name: StreamName,
  { checkpoint, epoch }: Question,
  witness: PolicyWitness,
  asked: Asked,
): Promise<void> {
  const file = `${padded(checkpoint.size)}-${keyIdHex(witness)}`;
  const { note } = submissionOf(checkpoint);
  if (asked.kind === 'cosigned') return publisher.keep(orgId, name, 'cosigned', file, `${note}${asked.line}\n`, epoch);
  if (asked.exchange === undefined) return;
  const text = await dispute(db, orgId, name, epoch, witness, asked, asked.exchange);
  return publisher.keep(orgId, name, 'disputed', file, text, epoch);
}

/** Both sides, as they can be shown to others: what we signed, what the witness says, and what we had signed there. */
async function dispute(
  db: Database,
  orgId: string,
  name: StreamName,
  epoch: number,
  witness: PolicyWitness,
  { message, size }: Asked & { kind: 'problem' },
  exchange: NonNullable<(Asked & { kind: 'problem' })['exchange']>,
): Promise<string> {
  const stored = size === null ? null : await db.get(paths.checkpoint(orgId, name, size, epoch));
  const then = stored === null ? 'nothing\n' : checkpointSchema.parse(stored.data).note;
  return [
    `Of the witness ${witness.name}: ${message}\n`,
    `It was sent:\n\n${exchange.sent}`,
    `It answered with HTTP status ${exchange.status}:\n\n${exchange.body}`,
    `What we had signed at ${size ?? 'that size'}:\n\n${then}`,
  ].join('\n');
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

/** @returns null when nothing is new */
function withLines(note: string, lines: readonly string[]): string | null {
  const { signatures } = parseCheckpoint(note);
  const there = new Set(signatures.map(({ name, keyId }) => `${name} ${Buffer.from(keyId).toString('hex')}`));
  const fresh = lines.filter((line) => {
    const [, keyName = '', encoded = ''] = line.split(' ');
    return !there.has(`${keyName} ${Buffer.from(encoded, 'base64').subarray(0, 4).toString('hex')}`);
  });
  if (fresh.length === 0) return null;
  const longer = `${note}${fresh.join('\n')}\n`;
  if (parseCheckpoint(longer).signatures.length === signatures.length)
    throw new AppError('internal', 'A cosignature was lost on its way into the checkpoint');
  return longer;
}
