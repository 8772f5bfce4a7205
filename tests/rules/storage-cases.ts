import { STORAGE_MATRIX, type StorageRow } from './matrix.ts';
import { ORG, OTHER_ORG, SUBJECTS, mayRead, type Subject } from './subjects.ts';

export interface Upload {
  readonly sizeBytes: number;
  readonly contentType: string;
}

export interface StorageCase {
  readonly title: string;
  readonly subject: Subject;
  readonly method: 'get' | 'list' | 'create' | 'update' | 'delete';
  /** The object's name in the bucket; of a list, the folder's. */
  readonly object: string;
  /** Whether an object of this name is there before. */
  readonly exists: boolean;
  /** What is sent; for `create` only. */
  readonly upload?: Upload;
  readonly allowed: boolean;
}

const CSV: Upload = { sizeBytes: 12, contentType: 'text/csv' };
const MIB = 1024 * 1024;
const LIMIT_BYTES = 128 * MIB;
const UPLOAD_ID = '5f0c5b1e-6a52-4a55-9a7e-0a4d1c2b3f40';

const subjectNamed = (name: string): Subject => SUBJECTS.find((subject) => subject.name === name) as Subject;

/** Every subject with every row of the table and every method. */
function matrixCases(): StorageCase[] {
  return STORAGE_MATRIX.flatMap((row) => SUBJECTS.flatMap((subject) => cellCases(row, subject)));
}

function cellCases(row: StorageRow, subject: Subject): StorageCase[] {
  const at = (id: string): string =>
    `orgs/${ORG}/${row.path.replace('{uid}', subject.uid ?? 'nobody').replaceAll(/\{\w+\}/g, id)}`;
  const existing = at('existing');
  const place = `${row.path}: ${subject.name}`;
  const reads = mayRead(subject, row.readers);
  const creates = mayRead(subject, row.creators);
  return [
    { title: `${place} gets`, subject, method: 'get', object: existing, exists: true, allowed: reads },
    {
      title: `${place} lists`,
      subject,
      method: 'list',
      object: existing.slice(0, existing.lastIndexOf('/')),
      exists: true,
      allowed: false,
    },
    {
      title: `${place} creates`,
      subject,
      method: 'create',
      object: at('new-object.csv').replace('new-object.csv/', `${UPLOAD_ID}/`),
      exists: false,
      upload: CSV,
      allowed: creates,
    },
    {
      title: `${place} overwrites`,
      subject,
      method: 'create',
      object: existing,
      exists: true,
      upload: CSV,
      allowed: false,
    },
    { title: `${place} changes metadata`, subject, method: 'update', object: existing, exists: true, allowed: false },
    { title: `${place} deletes`, subject, method: 'delete', object: existing, exists: true, allowed: false },
  ];
}

const operator = subjectNamed('operator');

function operatorCreates(
  title: string,
  allowed: boolean,
  change: { upload?: Partial<Upload>; org?: string; uid?: string; uploadId?: string; name?: string; object?: string },
): StorageCase {
  const { org = ORG, uid = 'only-operator', uploadId = UPLOAD_ID, name = 'payouts.csv' } = change;
  const object = change.object ?? `orgs/${org}/uploads/${uid}/${uploadId}/${name}`;
  return {
    title: `operator: ${title}`,
    subject: operator,
    method: 'create',
    object,
    exists: false,
    upload: { ...CSV, ...change.upload },
    allowed,
  };
}

const contentTypes: readonly (readonly [type: string, allowed: boolean])[] = [
  ['text/csv', true],
  ['text/plain', true],
  ['text/tab-separated-values', true],
  ['text/comma-separated-values', true],
  ['text/x-csv', true],
  ['application/csv', true],
  ['application/vnd.ms-excel', true],
  ['application/octet-stream', true],
  ['text/html', false],
  ['image/svg+xml', false],
  ['application/javascript', false],
  ['application/pdf', false],
  ['application/zip', false],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', false],
  ['text/csv; charset=utf-8', false],
  ['text/csv+html', false],
];

const shapeCases: readonly StorageCase[] = [
  ...contentTypes.map(([contentType, allowed]) =>
    operatorCreates(`type ${contentType}`, allowed, { upload: { contentType } }),
  ),

  operatorCreates('an empty file, which the server refuses with a message', true, { upload: { sizeBytes: 0 } }),
  operatorCreates('one byte under the limit', true, { upload: { sizeBytes: LIMIT_BYTES - 1 } }),
  operatorCreates('exactly the limit', false, { upload: { sizeBytes: LIMIT_BYTES } }),

  operatorCreates('a name of one character', true, { name: 'a' }),
  operatorCreates('a name with spaces, accents and brackets', true, { name: 'März (final) ✓.csv' }),
  operatorCreates('a name of 200 characters', true, { name: 'a'.repeat(200) }),
  operatorCreates('a name of 201 characters', false, { name: 'a'.repeat(201) }),
  operatorCreates('a name with a line break', false, { name: 'a\nb.csv' }),
  operatorCreates('a name with a control character', false, { name: 'a\u0001b.csv' }),
  operatorCreates('a name with a backslash', false, { name: 'a\\b.csv' }),
  operatorCreates('a folder in the name', false, { name: 'a/b.csv' }),

  operatorCreates('an upload id of 8 characters', true, { uploadId: 'aB3_-678' }),
  operatorCreates('an upload id of 7 characters', false, { uploadId: 'aB3_-67' }),
  operatorCreates('an upload id of 65 characters', false, { uploadId: 'a'.repeat(65) }),
  operatorCreates('an upload id with a dot', false, { uploadId: '..345678' }),
  operatorCreates('an upload id with an accent', false, { uploadId: 'é2345678' }),
  operatorCreates('no upload id', false, { object: `orgs/${ORG}/uploads/only-operator/payouts.csv` }),

  operatorCreates("somebody else's folder", false, { uid: 'only-approver' }),
  operatorCreates('another organization', false, { org: OTHER_ORG }),
  operatorCreates('an organization that does not exist', false, { org: 'nowhere' }),
  operatorCreates('the top of the bucket', false, { object: 'payouts.csv' }),
  operatorCreates("plugins' kept code", false, { object: `code/${'a'.repeat(64)}.js` }),
  operatorCreates('a lookalike folder', false, {
    object: `orgs/${ORG}/uploads2/only-operator/${UPLOAD_ID}/payouts.csv`,
  }),
  operatorCreates('a result', false, { object: `orgs/${ORG}/results/execution/report.csv` }),
];

const readCases: readonly StorageCase[] = [
  ["an auditor gets another member's upload", 'auditor', `orgs/${ORG}/uploads/only-operator/existing/existing`, true],
  ["an auditor gets plugins' kept code", 'auditor', `code/${'a'.repeat(64)}.js`, false],
  ['an executive gets a result deep below', 'executive', `orgs/${ORG}/results/execution/charts/deep/report.csv`, true],
  ['a viewer gets no result', 'viewer', `orgs/${ORG}/results/execution/charts/deep/report.csv`, false],
  [
    'an auditor gets nothing of another organization',
    'auditor',
    `orgs/${OTHER_ORG}/results/execution/report.csv`,
    false,
  ],
  ['an admin gets nothing above the folders', 'admin', `orgs/${ORG}/existing`, false],
].map(([title, name, object, allowed]) => ({
  title: title as string,
  subject: subjectNamed(name as string),
  method: 'get',
  object: object as string,
  exists: true,
  allowed: allowed as boolean,
}));

export const STORAGE_CASES: readonly StorageCase[] = [...matrixCases(), ...shapeCases, ...readCases];
