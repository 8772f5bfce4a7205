import { AppError } from '@countersign/domain/errors';
import { sha256Hex } from '@countersign/domain/hash';
import { objectPaths, paths } from '@countersign/domain/paths';
import { checkpointSchema } from '@countersign/domain/schemas/stream';
import type {
  IssuedStatement,
  Statement,
  StatementEvidence,
  StatementFormat,
} from '@countersign/domain/schemas/statement';
import type { Deps } from '../engine/deps.ts';
import { renderers } from '../ledger/statements/render/rendered.ts';
import { readWholeStatement } from '../ledger/statements/statement.ts';
import { log } from '../log.ts';
import { refs } from '../refs.ts';
import { sealStream } from '../streams/index.ts';
import type { Command } from './run-command.ts';

type Issued = Omit<IssuedStatement, 'issuedBy' | 'version'>;

const MAX_CONTROL_TOTALS = 100;

/**
 * Issue a statement: compute it, seal the ledger that it is made of, and keep file and data under their checksums, so that
 * a restatement can be compared with it.
 */
export const issueStatement: Command<'issueStatement', Issued> = {
  name: 'issueStatement',
  roles: ['executive', 'treasurer', 'auditor', 'admin'],
  async prepare(deps, { orgId, parameters, format }) {
    const made = await readWholeStatement(deps, orgId, parameters, format);
    const checkpoint = await sealed(deps, orgId);
    const statement: Statement = { ...made, evidence: { ...made.evidence, checkpoint } };
    const [id, issuedAt] = [deps.newId(), deps.now().toISOString()];
    const render = await renderers[format]();
    const { bytes, contentType } = await render(statement, { statementId: id, issuedAt });
    const data = new TextEncoder().encode(JSON.stringify(statement));
    const name = fileName(statement, format);
    const [file, stored] = await Promise.all([
      store(deps, orgId, name, bytes, contentType),
      store(deps, orgId, 'statement.json', data, 'application/json'),
    ]);
    const { parameters: asked, title, period, knownAt, knownUntil, provisional, evidence } = statement;
    return {
      id,
      kind: asked.kind,
      parameters: asked,
      title,
      period,
      knownAt,
      knownUntil,
      provisional,
      format,
      evidence,
      controlTotals: statement.controlTotals.slice(0, MAX_CONTROL_TOTALS),
      checksHold: statement.checks.every(({ holds }) => holds),
      lineCount: statement.lines.length,
      file: { ...file, name, contentType },
      data: stored,
      issuedAt,
    };
  },
  async decide({ input: { orgId }, member, prepared, change }) {
    const issued = change.create(refs.statement(orgId, prepared.id), { ...prepared, issuedBy: member.uid });
    const { id, kind, format, file, data, knownAt, evidence, checksHold } = issued;
    const facts = {
      statement: id,
      kind,
      format,
      knownAt,
      checksHold: String(checksHold),
      fileSha256: file.sha256,
      dataSha256: data.sha256,
      ledgerSize: String(evidence.ledgerSize),
    };
    return {
      result: { statementId: id, storagePath: file.storagePath, name: file.name, sha256: file.sha256 },
      writes: change.toWrites('statement.issued', { data: facts }),
    };
  },
};

/** The newest checkpoint, made now if it can be: a statement is issued even if the publisher is away, and says what it has. */
async function sealed(deps: Deps, orgId: string): Promise<StatementEvidence['checkpoint']> {
  await sealStream(deps.streams, orgId, 'ledger', { force: true }).catch((error: unknown) =>
    log.tickFailed({ part: 'seal ledger for a statement', message: String(error) }),
  );
  const [newest] = await deps.db.query({
    collection: paths.checkpoints(orgId),
    where: [['stream', '==', 'ledger']],
    orderBy: [['size', 'desc']],
    limit: 1,
  });
  if (newest === undefined) return null;
  const { origin, size, root, at } = checkpointSchema.parse(newest.data);
  return { origin, size, root, at };
}

/** Named by its content: whoever issues the same at the same time can't put other bytes in its place. */
async function store(
  { objects }: Deps,
  orgId: string,
  name: string,
  bytes: Uint8Array,
  contentType: string,
): Promise<IssuedStatement['data']> {
  const sha256 = sha256Hex(bytes);
  const storagePath = objectPaths.statement(orgId, sha256, name);
  const { generation } = await objects.write(storagePath, bytes, contentType);
  return { storagePath, generation, sha256, sizeBytes: bytes.length };
}

function fileName({ parameters, knownAt }: Statement, format: StatementFormat): string {
  const days = 'day' in parameters ? parameters.day : `${parameters.from}-to-${parameters.to}`;
  const account = 'accountId' in parameters ? `-${parameters.accountId}` : '';
  const name = `${parameters.kind.replaceAll('_', '-')}${account}-${days}-known-${knownAt}.${format}`;
  if (name.length > 200) throw new AppError('invalid_argument', 'The account’s id is too long for a file name.');
  return name;
}
