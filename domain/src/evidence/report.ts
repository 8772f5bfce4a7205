import { STREAMS, timeOf } from './check-logs.ts';
import type { ShownRun } from './check-execution.ts';
import type { Findings } from './findings.ts';
import type { Pack } from './read-pack.ts';
import type { PackOptions, Shown } from './verify-pack.ts';

export type PackReport = ReturnType<typeof reportOf>;

/** What a pack shows, in plain JSON; nothing of it counts while something does not hold. */
export function reportOf(pack: Pack, options: PackOptions, findings: Findings, shown: Shown | null) {
  const [manifest] = pack.records.manifest;
  const { logs, later, runs = [], period = [], story, booked, openings } = shown ?? {};
  return {
    ok: findings.count === 0,
    /** The first hundred things that do not hold, the first one first. */
    findings: findings.kept,
    findingCount: findings.count,
    /** No other key was given: it may be anybody's. */
    keyFromPack: options.publicKey === null,
    organization: manifest?.organization ?? null,
    subject: manifest?.subject ?? null,
    counts: {
      lines: pack.lines,
      executions: runs.length,
      effects: runs.reduce((sum, { effects }) => sum + effects.length, 0),
      documents: pack.records.document.length,
      events: story?.events.length ?? 0,
      journals: booked?.journals ?? 0,
      leaves: pack.leaves.audit.length + pack.leaves.ledger.length,
      earlierCheckpoints: pack.records.consistency.length,
      opened: openings?.opened ?? 0,
    },
    checkpoints: [...(logs ?? [])].map(([stream, log]) => ({ stream, ...log, later: later?.get(stream) ?? null })),
    runs: runs.map(runOf),
    period,
    unknown: shown === null ? [] : unknownOf(pack, options, shown),
  };
}

function runOf({ execution: { id, state, requestedBy, tally }, signatures, counts }: ShownRun) {
  const paid = (tally?.succeeded ?? []).map(({ currency, amountMinor }) => `${amountMinor} ${currency}`);
  return { id, state, requestedBy, signatures, counts, paid };
}

/** What a pack can't show, or shows otherwise than one might think, though all of it holds. */
function unknownOf(pack: Pack, options: PackOptions, shown: Shown): string[] {
  const kind = pack.records.manifest[0]?.subject.kind;
  const all = [...ofTheLogs(pack, options, shown), ...(kind === 'consistency' ? [] : ofTheRuns(pack, shown))];
  return all.filter((sentence) => sentence !== null);
}

type Sentence = string | null;

/** Of a long list the first ones, and how many more; null for none at all. */
function named(list: Iterable<string>): string | null {
  const [all, most] = [[...list], 5];
  const more = all.length > most ? ` and ${all.length - most} more` : '';
  return all.length === 0 ? null : all.slice(0, most).join(', ') + more;
}

function ofTheLogs(
  { leaves }: Pack,
  { publicKey, witnesses }: PackOptions,
  { logs, later, period }: Shown,
): Sentence[] {
  const all = STREAMS.flatMap((stream) => leaves[stream]);
  const open = named([...logs].flatMap(([name, { size }]) => (later.has(name) ? [] : [`${name} at ${size}`])));
  const pairs = witnesses.flatMap(({ name }) => [...logs].map(([stream, log]) => ({ name, stream, log })));
  const missing = pairs.filter(({ name, log }) => !log.witnesses.includes(name));
  const unseen = named(missing.map(({ name, stream }) => `${name} (${stream} log)`));
  const hashed = all.filter(({ leaf }) => leaf === undefined);
  const back = all.filter((leaf, at) => {
    const before = all[at - 1];
    const [then, now] = [before && timeOf(before), timeOf(leaf)];
    return before?.stream === leaf.stream && then != null && now !== null && now < then;
  });
  const places = (list: typeof all): string | null => named(list.map(({ stream, seq }) => `${stream} ${seq}`));
  const ends = named(period.flatMap(({ stream, endsAt }) => (endsAt === null ? [] : [`${stream} log at ${endsAt}`])));
  return [
    publicKey === null
      ? 'Whose signature it is: the public key came with the pack, and whoever made a false pack could have put in a key of their own. Give one that you got elsewhere, with --public-key.'
      : null,
    unseen && `Whether these witnesses saw it, who have not cosigned: ${unseen}.`,
    open &&
      `Whether the logs were truncated, rolled back or rewritten afterwards (${open}): that takes a later checkpoint, with --checkpoint.`,
    ends && `What was recorded in the period after the logs end here: ${ends}.`,
    back.length > 0 ? `Which day is right where times run backwards, since a clock was wrong: ${places(back)}.` : null,
    hashed.length > 0
      ? `What leaves say that are given by their hash alone, and may belong to what is shown: ${places(hashed)}.`
      : null,
  ];
}

function ofTheRuns({ records }: Pack, { story: { events }, runs, booked, openings }: Shown): Sentence[] {
  const shown = new Set<string | null>([null, ...runs.map(({ execution }) => execution.id)]);
  const others = events.flatMap(({ body: { executionId: id } }) => (id === null || shown.has(id) ? [] : [id]));
  const other = named(new Set(others));
  const isRun = records.manifest[0]?.subject.kind === 'execution';
  const policies = runs.flatMap(({ hasPolicy, execution: { plan } }) =>
    hasPolicy || plan === null ? [] : [plan.policy],
  );
  const policy = named(new Set(policies.map(({ id, version }) => `${id} ${version}`)));
  const code = named(records.code.flatMap((one) => (one.code === null ? [one.codeHash.slice(0, 12)] : [])));
  const { late, suspended, takenBack } = booked;
  return [
    other && `What other runs planned and did, of which there are events only, and not their end: ${other}.`,
    isRun
      ? `Whether more is said of this run, its journals and documents after the last event here (audit ${events.at(-1)?.seq}): a pack of a period that reaches to the checkpoint shows that nothing is.`
      : null,
    policy && `Whether the policy asked for these signatures: its text is not here (${policy}).`,
    code && `What the code does of which the platform gives the hash alone: ${code}.`,
    'Whether the plan follows from the inputs: they are given by their SHA-256, to be compared with the files, and the code was not run.',
    late > 0 ? `Why ${late} journals count for a later day than was signed: theirs was closed by then.` : null,
    suspended > 0 ? `Where entries of ${suspended} journals belong: they lie in the suspense account.` : null,
    takenBack > 0 ? `Why ${takenBack} journals were taken back, in part or by another run.` : null,
    openings.erased > 0 ? `What ${openings.erased} personal values were: they are given as erased.` : null,
    'Whether the world is as the log says: it has what the provider answered and who was signed in. The provider’s own statement, and the people, can tell.',
  ];
}
