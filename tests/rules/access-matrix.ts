import { ROLES } from '@countersign/domain/schemas/common';
import { MATRIX, STORAGE_MATRIX, type Row } from './matrix.ts';

const YES = '●';

/** The text of docs/security/access-matrix.md, from the table that the tests run. */
export function accessMatrix(): string {
  return `${[
    '# Who may read what',
    '',
    '<!-- Written by `node tests/rules/write-access-matrix.ts` from tests/rules/matrix.ts. Change it there. -->',
    '',
    'Roles come from `orgs/{org}/members/{uid}`, looked up for every request. Claims in a token count for nothing. Somebody',
    'with several roles may what any of them may. An inactive member, a member without a role, a member of another',
    'organization and somebody who is signed out read nothing. **Nobody writes documents from a client, an admin neither**:',
    'every change is a command, and the server checks it again.',
    '',
    'Every cell is a test: `npm test` runs each with `get`, `list`, `create`, `update` and `delete`.',
    '',
    '## Documents',
    '',
    `Below \`orgs/{org}\`. ${YES}: may get and list. A list needs a limit of at most 500.`,
    '',
    ...table([['collection', 'what', ...ROLES], ...MATRIX.map((row) => [name(row), row.what, ...marks(row.readers)])]),
    '',
    '- *get only*: who knows the id may read it; nobody may list organizations.',
    "- *own*: only those whose `uid` is one's own.",
    '- No collection can be queried across organizations.',
    '',
    '## Objects in Storage',
    '',
    `Below \`orgs/{org}\`. ${YES}: may download.`,
    '',
    ...table([
      ['object', 'what', ...ROLES],
      ...STORAGE_MATRIX.map((row) => [`\`${row.path}\``, row.what, ...marks(row.readers)]),
    ]),
    '',
    ...STORAGE_MATRIX.filter((row) => row.creators.length > 0).map(
      (row) => `- \`${row.path}\`: created by ${row.creators.join(', ')}, each below the own uid.`,
    ),
    '- An upload is smaller than 128 MiB, has a type that a CSV may come as, and a name of at most 200 characters.',
    '- Nobody overwrites, deletes, lists, or changes metadata.',
    '',
  ].join('\n')}`;
}

function name(row: Row): string {
  const path = row.path === '' ? '(itself)' : `\`${row.path}\``;
  return `${path}${row.noList === true ? ' *get only*' : ''}${row.own === true ? ' *own*' : ''}`;
}

const marks = (readers: Row['readers']): string[] => ROLES.map((role) => (readers.includes(role) ? YES : ''));

function table(rows: readonly (readonly string[])[]): string[] {
  const [head = [], ...body] = rows.map((cells) => `| ${cells.join(' | ')} |`);
  const rule = `| ${(rows[0] ?? []).map((_, column) => (column < 2 ? '---' : ':-:')).join(' | ')} |`;
  return [head as string, rule, ...body];
}
