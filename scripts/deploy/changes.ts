import * as z from 'zod';

/** A function by region and name. */
export interface FunctionName {
  readonly region: string;
  readonly id: string;
}

export interface FunctionChanges {
  readonly create: readonly FunctionName[];
  readonly update: readonly FunctionName[];
  readonly remove: readonly FunctionName[];
}

const manifestSchema = z.object({ endpoints: z.record(z.string(), z.object({ region: z.array(z.string()).min(1) })) });

/** The functions of a build, from the manifest that the Functions SDK writes. */
export function wantedFunctions(manifest: unknown): FunctionName[] {
  const { endpoints } = manifestSchema.parse(manifest);
  return Object.entries(endpoints).flatMap(([id, { region }]) => region.map((one) => ({ region: one, id })));
}

const deployedSchema = z.array(
  z.object({
    id: z.string(),
    region: z.string(),
    codebase: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
);

/**
 * What a deploy does to functions, by firebase-tools' own rule: what this codebase no longer exports is removed if the
 * Firebase CLI made it; functions of other codebases and other tools are left alone.
 * @param deployed result of `firebase functions:list --json`
 */
export function functionChanges(wanted: readonly FunctionName[], deployed: unknown): FunctionChanges {
  const own = deployedSchema
    .parse(deployed)
    .filter(
      ({ codebase, labels }) =>
        (codebase ?? 'default') === 'default' && labels?.['deployment-tool']?.startsWith('cli-firebase') === true,
    );
  const keyOf = ({ region, id }: FunctionName): string => `${region}/${id}`;
  const there = new Set(own.map(keyOf));
  const wants = new Set(wanted.map(keyOf));
  return {
    create: wanted.filter((one) => !there.has(keyOf(one))),
    update: wanted.filter((one) => there.has(keyOf(one))),
    remove: own.filter((one) => !wants.has(keyOf(one))).map(({ region, id }) => ({ region, id })),
  };
}

const fieldSchema = z.object({
  fieldPath: z.string(),
  order: z.string().optional(),
  arrayConfig: z.string().optional(),
});
const indexesSchema = z.object({
  indexes: z
    .array(z.object({ collectionGroup: z.string(), queryScope: z.string(), fields: z.array(fieldSchema) }))
    .default([]),
  fieldOverrides: z.array(z.object({ collectionGroup: z.string(), fieldPath: z.string() })).default([]),
});

export interface IndexChanges {
  readonly create: readonly string[];
  readonly remove: readonly string[];
  readonly keep: number;
}

/** Composite indexes and single-field settings, of the file and of `firebase firestore:indexes --json`. */
export function indexChanges(file: unknown, deployed: unknown): IndexChanges {
  const [wanted, there] = [namesOf(file), namesOf(deployed)];
  return {
    create: [...wanted].filter((name) => !there.has(name)),
    remove: [...there].filter((name) => !wanted.has(name)),
    keep: [...wanted].filter((name) => there.has(name)).length,
  };
}

function namesOf(spec: unknown): Set<string> {
  const { indexes, fieldOverrides } = indexesSchema.parse(spec);
  return new Set([
    ...indexes.map(
      ({ collectionGroup, queryScope, fields }) =>
        `${queryScope === 'COLLECTION_GROUP' ? 'all ' : ''}${collectionGroup} (${fields.filter(isNamed).map(describe).join(', ')})`,
    ),
    ...fieldOverrides.map(({ collectionGroup, fieldPath }) => `${collectionGroup}.${fieldPath}`),
  ]);
}

/** Firestore adds the document's name to every index by itself, and shows it. */
const isNamed = ({ fieldPath }: z.infer<typeof fieldSchema>): boolean => fieldPath !== '__name__';
const describe = ({ fieldPath, order, arrayConfig }: z.infer<typeof fieldSchema>): string =>
  `${fieldPath} ${arrayConfig === undefined ? (order === 'DESCENDING' ? 'desc' : 'asc') : 'contains'}`;

export interface Changes {
  readonly apis: readonly string[];
  /** Null: what is deployed could not be asked. */
  readonly functions: FunctionChanges | null;
  readonly indexes: IndexChanges | null;
  readonly webConfig: Readonly<Record<string, string>>;
}

const LISTED = 12;

/** What will change, for the person who confirms it. */
export function describeChanges({ apis, functions, indexes, webConfig }: Changes): string[] {
  const list = (verb: string, names: readonly string[]): string[] =>
    names.length === 0
      ? []
      : [
          `    ${verb} ${names.slice(0, LISTED).join(', ')}${names.length > LISTED ? ` and ${names.length - LISTED} more` : ''}`,
        ];
  const named = (of: readonly FunctionName[]): string[] => of.map(({ region, id }) => `${id} (${region})`);
  return [
    ...(apis.length === 0 ? [] : ['  APIs', ...list('enable', apis)]),
    '  Functions',
    ...(functions === null
      ? [
          '    what is deployed could not be asked: all are created or updated, and those that are gone from here are deleted',
        ]
      : [
          ...list('create', named(functions.create)),
          ...list('update', named(functions.update)),
          ...list('DELETE', named(functions.remove)),
        ]),
    '  Firestore',
    '    replace the rules by firestore.rules',
    ...(indexes === null
      ? [
          '    make the indexes those of firestore.indexes.json (what is deployed could not be asked: others are deleted)',
        ]
      : [
          ...list('create indexes', indexes.create),
          ...list('DELETE indexes', indexes.remove),
          ...(indexes.keep > 0 ? [`    keep ${indexes.keep} indexes`] : []),
        ]),
    '  Storage',
    '    replace the rules by storage.rules',
    '  Hosting',
    `    replace the site by web/dist, for project ${webConfig['projectId'] ?? ''} and app ${webConfig['appId'] ?? ''}`,
  ];
}
