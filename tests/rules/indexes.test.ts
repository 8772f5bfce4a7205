import { paths } from '@countersign/domain/paths';
import { erasureSchema, legalHoldSchema } from '@countersign/domain/schemas/retention';
import { alertSchema } from '@countersign/domain/schemas/alert';
import { auditEventSchema, auditPersonalSchema } from '@countersign/domain/schemas/audit';
import {
  approvalSchema,
  claimSchema,
  logPageSchema,
  pageOutcomesSchema,
  pageSchema,
  problemPageSchema,
  readPageSchema,
} from '@countersign/domain/schemas/effect';
import { delegationSchema } from '@countersign/domain/schemas/delegation';
import { draftsSchema } from '@countersign/domain/schemas/drafts';
import { executionSchema } from '@countersign/domain/schemas/execution';
import { fileSchema } from '@countersign/domain/schemas/file';
import { accountSchema, balanceSchema } from '@countersign/domain/schemas/account';
import { balanceMonthSchema, feedSchema } from '@countersign/domain/schemas/balance-month';
import { journalSchema } from '@countersign/domain/schemas/journal';
import {
  leafBatchSchema,
  checkpointSchema,
  inboxResultSchema,
  inboxSchema,
  streamHeadSchema,
  tileSchema,
} from '@countersign/domain/schemas/stream';
import { memberSchema } from '@countersign/domain/schemas/organization';
import { operationSchema, pluginVersionSchema } from '@countersign/domain/schemas/plugin';
import { providerEventSchema } from '@countersign/domain/schemas/provider-event';
import { recentPaymentsSchema } from '@countersign/domain/schemas/recent-payments';
import { unknownProposalSchema, unknownSchema } from '@countersign/domain/schemas/unknown';
import { witnessStateSchema } from '@countersign/domain/schemas/witness';
import { planPayeesSchema, queueSchema } from '@countersign/domain/schemas/queue';
import { calendarSchema, scheduleSchema } from '@countersign/domain/schemas/schedule';
import { proposalSchema, secretSchema } from '@countersign/domain/schemas/proposal';
import { rollupSchema } from '@countersign/domain/schemas/rollup';
import { notificationSchema } from '@countersign/domain/schemas/notification';
import { policySchema } from '@countersign/domain/schemas/policy';
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Query } from '../../functions/src/store/database.ts';
import { indexFor, missingIndex, type IndexFile } from '../../functions/src/store/required-index.ts';
import { denialsSchema } from '../../functions/src/commands/denials.ts';
import { workSchema } from '../../functions/src/engine/work.ts';
import { refs as webRefs, type ListSource } from '../../web/src/refs.ts';
import { ANY_COLLECTION, queriesIn } from './queries-in.ts';

const ROOT = new URL('../../', import.meta.url);
const file = JSON.parse(readFileSync(new URL('firestore.indexes.json', ROOT), 'utf8')) as IndexFile;

/** What lies in each collection that an index may name. */
const SCHEMAS: Record<string, z.ZodType> = {
  alerts: alertSchema,
  holds: legalHoldSchema,
  erasures: erasureSchema,
  balanceMonths: balanceMonthSchema,
  feed: feedSchema,
  leaves: leafBatchSchema,
  accounts: accountSchema,
  approvals: approvalSchema,
  audit: auditEventSchema,
  auditPersonal: auditPersonalSchema,
  balances: balanceSchema,
  calendars: calendarSchema,
  checkNotes: z.strictObject({ body: z.string(), signature: z.string(), text: z.string() }),
  checkpoints: checkpointSchema,
  claims: claimSchema,
  delegations: delegationSchema,
  denials: denialsSchema,
  executions: executionSchema,
  files: fileSchema,
  drafts: draftsSchema,
  inbox: inboxSchema,
  journals: journalSchema,
  logs: logPageSchema,
  members: memberSchema,
  notifications: notificationSchema,
  operations: operationSchema,
  outcomes: pageOutcomesSchema,
  pages: pageSchema,
  planPayees: planPayeesSchema,
  policies: policySchema,
  problems: problemPageSchema,
  proposals: proposalSchema,
  providerEvents: providerEventSchema,
  reads: readPageSchema,
  recentPayments: recentPaymentsSchema,
  results: inboxResultSchema,
  queues: queueSchema,
  rollups: rollupSchema,
  schedules: scheduleSchema,
  secrets: secretSchema,
  streams: streamHeadSchema,
  tiles: tileSchema,
  unknownProposals: unknownProposalSchema,
  unknowns: unknownSchema,
  versions: pluginVersionSchema,
  witnesses: witnessStateSchema,
  work: workSchema,
};

describe('firestore.indexes.json', () => {
  it('is accepted by firebase-tools', () => {
    const { FirestoreApi } = createRequire(import.meta.url)('firebase-tools/lib/firestore/api.js') as {
      FirestoreApi: new () => { validateSpec(spec: unknown): void };
    };
    expect(() => new FirestoreApi().validateSpec(structuredClone(file))).not.toThrow();
  });

  it('says nothing twice', () => {
    const composites = file.indexes.map((index) => JSON.stringify(index));
    const fields = file.fieldOverrides.map(({ collectionGroup, fieldPath }) => `${collectionGroup}.${fieldPath}`);
    expect(new Set(composites).size).toBe(composites.length);
    expect(new Set(fields).size).toBe(fields.length);
  });

  const named = [
    ...file.indexes.flatMap(({ collectionGroup, fields }) =>
      fields.map(({ fieldPath }) => [collectionGroup, fieldPath] as const),
    ),
    ...file.fieldOverrides.map(({ collectionGroup, fieldPath }) => [collectionGroup, fieldPath] as const),
  ];
  it.each(named)('%s.%s is a field that there is', (collection, field) => {
    const schema = SCHEMAS[collection];
    expect(schema, `no schema for ${collection}`).toBeDefined();
    expect(hasField(z.toJSONSchema(schema as z.ZodType) as JsonSchema, field.split('.'))).toBe(true);
  });

  it('keeps what is big or only ever written out of the indexes', () => {
    const big = [
      'pages.effects',
      'outcomes.intents',
      'outcomes.outcomes',
      'problems.problems',
      'reads.reads',
      'logs.lines',
      'journals.entries',
      'journals.steps',
      'tiles.hashes',
      'inbox.intents',
      'executions.plan',
      'executions.parameters',
      'executions.tally',
      'audit.body.data',
    ];
    const exempt = file.fieldOverrides
      .filter(({ indexes }) => indexes.length === 0)
      .map(({ collectionGroup, fieldPath }) => `${collectionGroup}.${fieldPath}`);
    expect(exempt).toEqual(expect.arrayContaining(big));
  });
});

type JsonSchema = { properties?: Record<string, JsonSchema>; anyOf?: JsonSchema[]; oneOf?: JsonSchema[] };

function hasField(schema: JsonSchema, [first, ...rest]: string[]): boolean {
  if (first === undefined) return true;
  const here = schema.properties?.[first];
  if (here !== undefined) return hasField(here, rest);
  return [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].some((one) => hasField(one, [first, ...rest]));
}

describe('queries of the web app', () => {
  const every = <T>(...values: T[]): (T | undefined)[] => [undefined, ...values];
  const executions = every(['planning'], ['planning', 'applying']).flatMap((states) =>
    every('u').flatMap((requestedBy) => every('o').map((operationId) => clean({ states, requestedBy, operationId }))),
  );
  const audit = every('e').flatMap((executionId) =>
    every('t').flatMap((type) =>
      every('u').flatMap((actorUid) =>
        every({ from: 0, before: 9 }).map((places) => clean({ executionId, type, actorUid, places })),
      ),
    ),
  );
  /** Arguments other than ids, for the queries that take any: every combination of filters that a page can ask for. */
  const ARGUMENTS: Record<string, readonly unknown[][]> = {
    executions: executions.map((filter) => ['o', filter]),
    audit: audit.map((filter) => ['o', filter]),
    auditOf: every({ from: 0, before: 9 }).map((places) => ['o', 'policies/p', places]),
    files: [
      ['o', null],
      ['o', 'input'],
    ],
    balancesBelow: [
      ['o', null],
      ['o', 'parent'],
    ],
    journalsBetween: [['o', 'account', '2026-01-01', '2026-01-31']],
    balancesOfAccounts: [['o', ['a', 'b']]],
  };
  const queries = Object.entries(webRefs).flatMap(([name, make]) =>
    (ARGUMENTS[name] ?? [['o', 'a', 'b']]).map((args) => ({
      name,
      source: (make as (...args: never[]) => object)(...(args as never[])),
      args: JSON.stringify(args.slice(1)),
    })),
  );
  const lists = queries.filter((one): one is typeof one & { source: ListSource<unknown> } => 'where' in one.source);

  it('are found', () => {
    expect(lists.length).toBeGreaterThan(20);
  });

  it.each(lists)('$name $args has its index', ({ source }) => {
    const { path, where, orderBy } = source;
    expect(
      missingIndex({ collection: path, where: where as NonNullable<Query['where']>, orderBy, limit: 1 }, file),
    ).toBeNull();
  });
});

function clean(filter: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

describe('queries of the server', () => {
  const sources = globSync('functions/src/**/*.ts', { cwd: ROOT.pathname }).filter(
    (name) => !/\.test\.ts$|\/store\/|\/testing\//.test(name),
  );
  const found = sources.flatMap((name) =>
    queriesIn(readFileSync(new URL(name, ROOT), 'utf8'), collectionOf).map((one) => ({ name, ...one })),
  );

  it('are found', () => {
    expect(found.length).toBeGreaterThanOrEqual(5);
  });

  it.each(found)('$name:$line can be read and has its index', ({ query, text }) => {
    expect(query, `write this query so that it can be read here: ${text}`).not.toBeNull();
    if (query?.collection === ANY_COLLECTION) expect(indexFor(query).kind).toBe('none');
    else expect(missingIndex(query as Query, file)).toBeNull();
  });
});

/** The collection of `paths.journals(…)`. */
function collectionOf(name: string): string | null {
  const make = (paths as Record<string, (...ids: never[]) => string>)[name];
  return make === undefined ? null : make(...(['o', 'a', 'b', 'c'] as never[]));
}
