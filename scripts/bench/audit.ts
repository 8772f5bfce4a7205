/**
 * What evidence costs, beside the least that anything of the kind could do, in turns in the same run.
 *
 * Hashing: leaves, tree and tiles for each batch of a thousand, beside a bare chain, in which each hash covers the one
 * before and the next event. Both take the same texts and the same SHA-256: once the processor's own, by node:crypto, as
 * on the server; once the portable one, as in a browser.
 *
 * Verifying: an evidence pack of 100,000 events, all of it: form, checkpoint, the place of each event by its proof,
 * completeness. Beside it, each line parsed as JSON and hashed, and nothing compared.
 */
import { auditLeaf } from '@countersign/domain/audit/leaf';
import { EMPTY_TREE, leafHash, type Hash } from '@countersign/domain/audit/merkle';
import { appendToTiles, openTiles, tileKey } from '@countersign/domain/audit/tiles';
import { verifyPack } from '@countersign/domain/evidence/verify-pack';
import { sha256Hex } from '@countersign/domain/hash';
import { hash } from 'node:crypto';
import { loadavg } from 'node:os';
import { useNativeHash } from '../../functions/src/native-hash.ts';
import { ed25519Verify } from '../../functions/src/streams/ed25519.ts';
import { benchEvents } from './audit/events.ts';
import { packOf } from './audit/pack.ts';
import { figure, type Figure } from './figure.ts';

const EVENTS = 100_000;
const PORTABLE_EVENTS = 20_000;
const PER_BATCH = 1_000;
const ROUNDS = 5;

export async function run(say: (line: string) => void): Promise<Figure[]> {
  say(`Load of the machine before: ${loadavg()[0]?.toFixed(1)}`);
  const events = benchEvents(EVENTS);
  const texts = events.map((event) => auditLeaf(event));
  say(`${EVENTS} events of some ${texts[EVENTS / 2]?.length} bytes`);
  const few = texts.slice(0, PORTABLE_EVENTS);
  const portable = await inTurns(
    () => growTree(few),
    () => chain(few, sha256Hex),
  );
  useNativeHash();
  const native = await inTurns(
    () => growTree(texts),
    () => chain(texts, (text) => hash('sha256', text, 'hex')),
  );
  const pack = await packOf(events);
  say(`A pack of ${(pack.length / 2 ** 20).toFixed(0)} MiB`);
  const [ours, peer] = await inTurns(
    () => verify(pack),
    () => parseAndHash(pack),
  );
  return [
    figure('audit: hashing into the tree, node:crypto, beside a bare chain', ...rates(native, EVENTS), 'events/s'),
    figure('audit: hashing into the tree, portable, beside a bare chain', ...rates(portable, few.length), 'events/s'),
    figure(`audit: verifying a pack of ${EVENTS} events, beside parsing and hashing`, ours.wall, peer.wall, 's'),
    figure('audit: the same, on all threads', ours.processor, peer.processor, 's of processor time'),
  ];
}

/** Seconds: by the clock, and of the processor, which another program's load does not stretch. */
interface Seconds {
  readonly wall: number;
  readonly processor: number;
}

/** @returns the medians of both */
async function inTurns(ours: () => unknown, peer: () => unknown): Promise<[Seconds, Seconds]> {
  const measured: [Seconds[], Seconds[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, work] of [ours, peer].entries()) {
      const [started, used] = [performance.now(), process.cpuUsage()];
      await work();
      const { user, system } = process.cpuUsage(used);
      // The first is there to warm up.
      if (round > 0)
        measured[index]?.push({ wall: (performance.now() - started) / 1000, processor: (user + system) / 1e6 });
    }
  }
  return [middle(measured[0]), middle(measured[1])];
}

function middle(measured: readonly Seconds[]): Seconds {
  const median = (of: (one: Seconds) => number): number =>
    measured.map(of).toSorted((a, b) => a - b)[measured.length >> 1] ?? NaN;
  return { wall: median(({ wall }) => wall), processor: median(({ processor }) => processor) };
}

const rates = ([ours, peer]: readonly [Seconds, Seconds], count: number): [number, number] => [
  count / ours.wall,
  count / peer.wall,
];

/** As the writer does it. */
function growTree(texts: readonly string[]): void {
  let tree = EMPTY_TREE;
  let open: ReadonlyMap<string, readonly Hash[]> = new Map();
  for (let start = 0; start < texts.length; start += PER_BATCH) {
    const leaves = texts.slice(start, start + PER_BATCH).map((text) => leafHash(text));
    const grown = appendToTiles(tree, leaves, open);
    const hashes = new Map([...open, ...grown.changed.map((tile) => [tileKey(tile), tile.hashes] as const)]);
    tree = grown.tree;
    open = new Map(openTiles(tree.size).map((tile) => [tileKey(tile), hashes.get(tileKey(tile)) ?? []]));
  }
}

function chain(texts: readonly string[], sha256: (text: string) => string): void {
  let before = '';
  for (const text of texts) before = sha256(before + text);
}

async function verify(pack: Uint8Array): Promise<void> {
  const report = await verifyPack(chunksOf(pack), { publicKey: null, witnesses: [], later: [], verify: ed25519Verify });
  if (!report.ok || report.counts.events !== EVENTS)
    throw new Error(`the pack does not hold: ${JSON.stringify(report.findings.slice(0, 3))}`);
}

/** As a file is read. */
async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const size = 64 * 1024;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function parseAndHash(pack: Uint8Array): void {
  const buffer = Buffer.from(pack.buffer, pack.byteOffset, pack.length);
  for (let start = 0; start < buffer.length;) {
    const end = buffer.indexOf(0x0a, start);
    const line = buffer.subarray(start, end);
    JSON.parse(line.toString('utf8'));
    hash('sha256', line, 'hex');
    start = end + 1;
  }
}
