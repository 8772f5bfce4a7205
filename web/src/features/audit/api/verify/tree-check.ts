import { append, EMPTY_TREE, type Hash, rootOf, type Tree } from '@countersign/domain/audit/merkle';
import { heldUpTo, newestEpoch, type Restoration } from '@countersign/domain/audit/restorations';
import { TILE_WIDTH } from '@countersign/domain/audit/tiles';
import type { StreamHead, StreamName } from '@countersign/domain/schemas/stream';
import type { Findings } from './findings.ts';
import type { LeafList } from './leaf-list.ts';

/** The tiles of level 0 in order; one that is missing is empty. */
export type RecordedTiles = AsyncIterable<readonly Hash[]>;

/** Something that says what the root of a stream was at a size. */
export interface Witnessed {
  readonly size: number;
  readonly root: Hash;
  readonly epoch: number;
  /** From the database; from outside of it, and signed; seen by this browser before. */
  readonly origin: 'stored' | 'outside' | 'remembered';
  readonly where: string;
}

export interface TreeResult {
  readonly root: Hash | null;
  /** How many of those that say something hold. */
  readonly held: number;
  /** Up to where somebody vouches for it whom the database can't speak for; 0 for nobody. */
  readonly vouchedSize: number;
  /** Where the newest stored checkpoint ends. */
  readonly sealedSize: number;
}

const MAX_NAMED_LEAVES = 20;

/**
 * A stream's leaves against its tiles, which name the very leaf; its head; and all that is known of earlier roots.
 * @param recorded leaf hashes as the tiles have them, tile by tile: none of them is kept
 */
export async function checkTree(
  head: Pick<StreamHead, 'name' | 'size' | 'root'>,
  leaves: LeafList,
  recorded: RecordedTiles,
  witnessed: readonly Witnessed[],
  restorations: readonly Restoration[],
  findings: Findings,
  pause: () => Promise<void>,
): Promise<TreeResult> {
  const { name, size } = head;
  leaves.reportGaps();
  await checkRecorded(head, leaves, recorded, findings);
  const sorted = witnessed.toSorted((one, other) => one.size - other.size);
  const roots = await leaves.roots(
    sorted.map((one) => one.size).filter((at) => at <= size),
    pause,
  );
  const root = roots.get(size) ?? null;
  if (root !== null && root !== head.root)
    findings.add({ stream: name, where: 'its head', seq: null, message: `says another root than its ${size} records` });

  const held = sorted.filter((one) => roots.get(one.size) === one.root);
  let storedBroken = false;
  for (const one of sorted) {
    const message = wrongIn(one, name, size, roots, restorations, held);
    if (message === null) continue;
    // After the first, all later ones have another root as well: they say nothing more.
    if (one.origin === 'stored' && storedBroken) continue;
    storedBroken ||= one.origin === 'stored';
    findings.add({ stream: name, where: one.where, seq: null, message });
  }
  const largest = (of: readonly Witnessed[]): number => Math.max(0, ...of.map((one) => one.size));
  return {
    root,
    held: held.length,
    vouchedSize: largest(held.filter(({ origin }) => origin !== 'stored')),
    sealedSize: largest(held.filter(({ origin }) => origin === 'stored')),
  };
}

function wrongIn(
  one: Witnessed,
  name: StreamName,
  end: number,
  roots: ReadonlyMap<number, Hash>,
  restorations: readonly Restoration[],
  held: readonly Witnessed[],
): string | null {
  if (one.epoch > newestEpoch(restorations)) return 'was signed after a restore that this database knows nothing of';
  const computed = roots.get(one.size);
  // What a restore has lost is said by the log itself; it is no finding.
  if (computed === one.root || one.size > heldUpTo(restorations, one.epoch, name)) return null;
  if (one.size > end)
    return `covers ${one.size} records, but only ${end} are there: the end was cut off, or all of it was rolled back`;
  if (computed === undefined) return `can't be reached: something before place ${one.size} is missing`;
  const good = Math.max(0, ...held.filter(({ size }) => size < one.size).map(({ size }) => size));
  return `has another root: something between places ${good} and ${one.size - 1} was changed`;
}

/** The tiles keep each leaf's hash as it was recorded: they say which one is another now. */
async function checkRecorded(
  { name, size, root }: Pick<StreamHead, 'name' | 'size' | 'root'>,
  leaves: LeafList,
  recorded: RecordedTiles,
  findings: Findings,
): Promise<void> {
  let named = 0;
  let tree: Tree | null = EMPTY_TREE;
  let seq = 0;
  for await (const tile of recorded) {
    const width = Math.min(TILE_WIDTH, size - seq);
    for (let at = 0; at < width && named < MAX_NAMED_LEAVES; at += 1) {
      const hash = leaves.hashAt(seq + at);
      if (hash === undefined || tile[at] === hash) continue;
      const place = seq + at;
      const message =
        tile[at] === undefined
          ? `at place ${place} has no recorded hash: its tile is missing or short`
          : `at place ${place} is not what was recorded there`;
      findings.add({ stream: name, where: leaves.ownerOf(place), seq: place, message });
      named += 1;
    }
    tree = tree === null || tile.length < width ? null : append(tree, tile.slice(0, width));
    seq += width;
  }
  if (tree === null || tree.size !== size || rootOf(tree) !== root)
    findings.add({ stream: name, where: 'its tiles', seq: null, message: 'have another root than its head' });
}
