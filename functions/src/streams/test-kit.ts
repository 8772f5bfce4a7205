import { auditEvent, auditSubject, memberCommitment } from '@countersign/domain/audit/event';
import { AppError } from '@countersign/domain/errors';
import { paths } from '@countersign/domain/paths';
import type { Account } from '@countersign/domain/schemas/account';
import type { LedgerIntent } from '@countersign/domain/schemas/ledger-intent';
import type { StreamName } from '@countersign/domain/schemas/stream';
import { generateKeyPairSync } from 'node:crypto';
import type { Database, Write } from '../store/database.ts';
import { auditIntents, ledgerIntents } from './inbox.ts';
import { epochName, shelfName } from './publisher.ts';
import type { CheckpointPublisher, SealDeps } from './ports.ts';
import { keySigner } from './signer.ts';

/** For tests: a clock that stands still until it is moved, a key and a publisher in memory. */
export interface TestWorld extends SealDeps {
  readonly notes: Map<string, string>;
  /** What lies beside them. */
  readonly kept: Map<string, string>;
  pass(ms: number): void;
  at(): string;
}

export function testWorld(db: Database, startsAt = '2026-11-22T10:00:00.000Z'): TestWorld {
  let time = Date.parse(startsAt);
  const notes = new Map<string, string>();
  const kept = new Map<string, string>();
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  return {
    db,
    notes,
    kept,
    signer: keySigner(async () => pem),
    publisher: memoryPublisher(notes, kept),
    now: () => new Date(time),
    at: () => new Date(time).toISOString(),
    pass: (ms) => void (time += ms),
  };
}

/** A publisher in memory: a note of a size is published once. */
export function memoryPublisher(notes: Map<string, string>, kept = new Map<string, string>()): CheckpointPublisher {
  const key = (orgId: string, name: StreamName, size: number, epoch: number): string =>
    `${orgId}/${epochName(name, epoch)}/${String(size).padStart(16, '0')}`;
  return {
    publish: async (orgId, name, size, note, epoch = 0) => {
      const there = notes.get(key(orgId, name, size, epoch));
      if (there !== undefined && there !== note) throw new AppError('failed_precondition', 'Another one was published');
      notes.set(key(orgId, name, size, epoch), note);
    },
    latest: async (orgId, name, epoch = 0) =>
      notes.get(
        [...notes.keys()]
          .filter((one) => one.startsWith(`${orgId}/${epochName(name, epoch)}/`))
          .sort()
          .at(-1) ?? '',
      ) ?? null,
    keep: async (orgId, name, shelf, file, text, epoch = 0) => {
      const at = `${orgId}/${shelfName(name, shelf, epoch)}/${file}`;
      kept.set(at, kept.get(at) ?? text);
    },
  };
}

export const openAccount = (
  id: string,
  parentId: string | null,
  postable: boolean,
  type: Account['type'],
): LedgerIntent => ({
  type: 'open_account',
  id: `open-${id}`,
  account: { id, name: `Account ${id}`, type, parentId, postable, closed: false, mirrors: null },
});

/** Assets: bank. Liabilities: payables, with sellers 0 to `sellers` − 1 below. */
export function chart(sellers = 3): LedgerIntent[] {
  return [
    openAccount('assets', null, false, 'asset'),
    openAccount('bank', 'assets', true, 'asset'),
    openAccount('liabilities', null, false, 'liability'),
    openAccount('payables', 'liabilities', false, 'liability'),
    ...Array.from({ length: sellers }, (_, index) => openAccount(`seller-${index}`, 'payables', true, 'liability')),
  ];
}

/** A payout's journal: debit the seller, credit the bank. */
export const payout = (
  id: string,
  seller: number,
  amountMinor: string,
  state: 'pending' | 'posted' = 'posted',
  currency = 'USD',
): LedgerIntent => ({
  type: 'record',
  id,
  state,
  source: { executionId: 'execution-1', effectId: id, kind: 'stripe.payout' },
  journal: {
    memo: `Payout ${id}`,
    effectiveDay: null,
    entries: [
      { accountId: `seller-${seller}`, side: 'debit', amountMinor, currency },
      { accountId: 'bank', side: 'credit', amountMinor, currency },
    ],
  },
});

export async function handIn(
  world: TestWorld,
  orgId: string,
  commitId: string,
  intents: readonly LedgerIntent[],
): Promise<void> {
  await world.db.commit(ledgerIntents(orgId, commitId, intents, world.at()));
}

/** Writes versions of a document, each with its event, as a commit of the engine would. */
export async function change(
  world: TestWorld,
  orgId: string,
  path: string,
  document: Record<string, unknown>,
  version: number,
  personal: Record<string, string> = {},
): Promise<void> {
  const data = { ...document, version };
  const id = `event-${path.replaceAll('/', '-')}-${version}`;
  const event = auditEvent({
    id,
    type: 'member.added',
    at: world.at(),
    actor: { kind: 'system', part: 'seed' },
    subjects: [auditSubject(path, data)],
    personal: Object.fromEntries(
      Object.entries(personal).map(([field, value]) => [field, { value, salt: `salt of ${field} ${id}` }]),
    ),
  });
  await world.db.commit([{ op: 'set', path, data }, ...auditIntents(orgId, id, [event], world.at())]);
}

export const memberDocument = (uid: string, name: string): Record<string, unknown> => {
  const email = `${uid}@example.com`;
  return {
    uid,
    name,
    email,
    salt: `salt ${uid}`,
    commitment: memberCommitment(`salt ${uid}`, { name, email }),
    roles: ['operator'],
    active: true,
    createdAt: '2026-11-22T10:00:00.000Z',
  };
};

export const memberPath = (orgId: string, uid: string): string => paths.member(orgId, uid);

/** A database with something between it and its user: each hook sees every commit. */
export function hooked(
  db: Database,
  hooks: {
    readonly before?: (writes: readonly Write[]) => Promise<void>;
    readonly after?: (writes: readonly Write[]) => Promise<void>;
  },
): Database {
  return {
    ...db,
    commit: async (writes) => {
      await hooks.before?.(writes);
      const times = await db.commit(writes);
      await hooks.after?.(writes);
      return times;
    },
  };
}
