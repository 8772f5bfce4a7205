import { subjectDocument, subjectPath } from '@countersign/domain/audit/event';
import { paths } from '@countersign/domain/paths';
import { pageHash } from '@countersign/domain/plan/digest';
import { pageOutcomesSchema, pageSchema, type Outcome } from '@countersign/domain/schemas/effect';
import { executionSchema, type Execution } from '@countersign/domain/schemas/execution';
import { journalSchema } from '@countersign/domain/schemas/journal';
import { auditedCollections, wrongInDocument } from '../../streams/verify/document-history.ts';
import { outcomesHash, wrongInBooking } from '../../streams/verify/outcome-history.ts';
import type { FindingCheck } from '../../streams/verify/findings.ts';
import type { Turn } from '../turn.ts';
import type { Pass } from './pass.ts';

const CHUNK = 200;
const MAX_LOOKS = 4;
const PAUSE_MS = 150;

type Wrong = [check: FindingCheck, where: string, message: string];

/**
 * Look, and where something does not fit, look again: documents and the log are read one after the other, and between the
 * two the organization is at work. What is broken stays so.
 */
async function lookAgain<T>(
  turn: Turn,
  things: readonly T[],
  look: (things: readonly T[]) => Promise<readonly (readonly Wrong[])[]>,
): Promise<void> {
  let open = things;
  let wrong: readonly (readonly Wrong[])[] = [];
  for (let looks = 0; open.length > 0 && looks < MAX_LOOKS; looks += 1) {
    if (looks > 1) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * looks));
    if (looks > 0) await turn.follow(false);
    wrong = await look(open);
    open = open.filter((_, index) => (wrong[index]?.length ?? 0) > 0);
    wrong = wrong.filter((one) => one.length > 0);
  }
  for (const [check, where, message] of wrong.flat()) turn.findings.add(check, where, message);
}

/** Every document that the log names, as the log left it. */
export const documentsPass: Pass = {
  name: 'documents',
  reads: (turn) => turn.notes.history.documents,
  step: async (turn, _, cursor) => {
    let start = Number(cursor ?? 0);
    do {
      const subjects = turn.notes.history.paths(start, CHUNK);
      await lookAtDocuments(turn, subjects);
      if (subjects.length < CHUNK) return null;
      start += CHUNK;
    } while (!turn.spent());
    return String(start);
  },
};

/** @param subjects paths below the organization */
export async function lookAtDocuments(turn: Turn, subjects: readonly string[]): Promise<void> {
  for (let start = 0; start < subjects.length; start += CHUNK)
    await lookAgain(turn, subjects.slice(start, start + CHUNK), async (open) => {
      const stored = await turn.db.getAll(open.map((path) => subjectDocument(turn.orgId, { path })));
      // After the documents: the event of what was read has come in, or waits, by now.
      if (stored.some((doc, index) => wrongInSubject(turn, open[index] ?? '', doc?.data ?? null).length > 0))
        await turn.follow(false);
      return open.map((subject, index) => wrongInSubject(turn, subject, stored[index]?.data ?? null));
    });
}

function wrongInSubject(turn: Turn, subject: string, doc: Record<string, unknown> | null): Wrong[] {
  const path = subjectDocument(turn.orgId, { path: subject });
  const told = turn.notes.history.of(subject);
  if (told === null) return [['document', path, 'no event says how it came to be']];
  const wrong: Wrong[] = [];
  if (told.twice !== null)
    wrong.push([
      'document',
      path,
      `version ${told.twice.version} appears twice, the second time in event ${told.twice.eventId}`,
    ]);
  const [beyond] = told.ahead.toSorted((a, b) => a.version - b.version);
  if (beyond !== undefined)
    wrong.push(['document', path, `between versions ${told.next - 1} and ${beyond.version} an event is missing`]);
  const last = told.ahead.toSorted((a, b) => a.version - b.version).at(-1) ?? told.last;
  if (last === null) return wrong;
  return [...wrong, ...wrongInDocument(doc, last).map(([check, message]): Wrong => [check, path, message])];
}

/** Documents of audited collections that no event names. */
export const unheardOfPass: Pass = {
  name: 'documents that no event names',
  reads: (turn) => turn.notes.history.documents,
  step: async (turn, _, cursor) => {
    const collections = auditedCollections(turn.orgId);
    let [at, after] = JSON.parse(cursor ?? '[0,null]') as [number, string | null];
    for (;;) {
      const collection = collections[at];
      if (collection === undefined) return null;
      const isExecutions = collection === paths.executions(turn.orgId);
      after = await turn.walk(collection, after, async (docs) => {
        const found = docs.map(({ path }) => path);
        if (isExecutions)
          for (const path of docs.map((doc) => doc.path))
            await turn.walk(`${path}/approvals`, null, async (approvals) => {
              found.push(...approvals.map((approval) => approval.path));
            });
        const unheard = found.filter((path) => turn.notes.history.of(subjectPath(path)) === null);
        await lookAgain(turn, unheard, async (open) => {
          await turn.follow(false);
          return open.map((path) =>
            turn.notes.history.of(subjectPath(path)) === null
              ? [['document', path, 'no event says how it came to be'] as Wrong]
              : [],
          );
        });
      });
      if (after === null) at += 1;
      if (turn.spent()) return JSON.stringify([at, after]);
    }
  },
};

/** Pages of plans against what was signed, and outcomes against the log and the ledger. */
export const executionsPass: Pass = {
  name: 'executions',
  reads: (_, { sizes }) => Math.ceil(sizes.audit / 4),
  step: (turn, _, cursor) =>
    turn.walk(
      paths.executions(turn.orgId),
      cursor,
      async (docs) => {
        const executions = docs.flatMap(({ data }) => executionSchema.safeParse(data).data ?? []);
        const pages = executions.flatMap((execution) =>
          (execution.plan?.pageHashes ?? []).map((hash, index) => ({ execution, hash, index })),
        );
        for (let start = 0; start < pages.length; start += CHUNK / 4)
          await lookAgain(turn, pages.slice(start, start + CHUNK / 4), (open) => lookAtPages(turn, open));
      },
      50,
    ),
};

interface Page {
  readonly execution: Execution;
  readonly hash: string;
  readonly index: number;
}

async function lookAtPages(turn: Turn, pages: readonly Page[]): Promise<Wrong[][]> {
  const { db, orgId } = turn;
  const attempt = ({ execution }: Page): number => execution.plan?.attempt ?? 0;
  const stored = await db.getAll(pages.map((one) => paths.page(orgId, one.execution.id, attempt(one), one.index)));
  const outcomes = await db.getAll(pages.map((one) => paths.outcome(orgId, one.execution.id, attempt(one), one.index)));
  const settled: { readonly at: number; readonly where: string; readonly outcomes: readonly Outcome[] }[] = [];
  const found = pages.map((page, at): Wrong[] => {
    const { execution, hash, index } = page;
    const where = paths.page(orgId, execution.id, attempt(page), index);
    const effects = pageSchema.safeParse(stored[at]?.data).data?.effects;
    const wrong: Wrong[] = [];
    if (effects === undefined || pageHash(index, effects) !== hash)
      wrong.push(['document', where, 'is not the page that the plan was made of: it was changed without an event']);
    const root = turn.notes.history.rootOf(execution.id, index);
    const result = pageOutcomesSchema.safeParse(outcomes[at]?.data).data;
    const told = outcomes[at]?.path ?? '';
    if (result?.state !== 'settled') {
      if (root !== null)
        wrong.push([
          'document',
          `${paths.execution(orgId, execution.id)} page ${index}`,
          'was settled, and its outcomes are gone',
        ]);
    } else if (root === null) wrong.push(['document', told, 'has outcomes, and no event says that it was settled']);
    else if (root !== outcomesHash(index, result.outcomes))
      wrong.push(['document', told, 'is not what its last event left: it was changed without one']);
    else settled.push({ at, where: told, outcomes: result.outcomes });
    return wrong;
  });
  for (const { at, where, outcomes: booked } of settled)
    found[at]?.push(...(await wrongInJournals(turn, where, booked)));
  return found;
}

async function wrongInJournals(turn: Turn, where: string, outcomes: readonly Outcome[]): Promise<Wrong[]> {
  const booked = outcomes.filter(({ journalId }) => journalId !== null);
  const stored = await turn.db.getAll(booked.map(({ journalId }) => paths.journal(turn.orgId, journalId ?? '')));
  const wrong = booked.flatMap((outcome, at): Wrong[] => {
    const message = wrongInBooking(outcome, journalSchema.safeParse(stored[at]?.data).data ?? null);
    const path = paths.journal(turn.orgId, outcome.journalId ?? '');
    return message === null ? [] : [['journal', path, `${message} (${where})`]];
  });
  if (wrong.length === 0) return [];
  // While something waits for the ledger's writer, its journals may be behind.
  const [waiting] = await turn.db.query({ collection: paths.inboxes(turn.orgId, 'ledger'), limit: 1 });
  return waiting === undefined ? wrong : [];
}
