import { restatedLines, restatedRates } from '@countersign/domain/ledger/statements/restatement';
import { AppError } from '@countersign/domain/errors';
import { sha256Hex } from '@countersign/domain/hash';
import {
  statementSchema,
  type IssuedStatement,
  type ParsedStatementQuery,
  type RestatementPage,
  type Statement,
} from '@countersign/domain/schemas/statement';
import * as z from 'zod';
import type { Deps } from '../../engine/deps.ts';
import { refs } from '../../refs.ts';
import { read } from '../../store/database.ts';
import { fromCursor, toCursor } from './cursor.ts';
import { readWholeStatement } from './statement.ts';

export type RestatementDeps = Pick<Deps, 'db' | 'streams' | 'now' | 'objects'>;

const offsetSchema = z.strictObject({ offset: z.int().min(0) });

/** What has changed since a statement was issued: the same statement, as known now, line by line beside it. */
export async function readRestatement(
  deps: RestatementDeps,
  { orgId, statementId, after, limit }: ParsedStatementQuery<'readRestatement'>,
): Promise<RestatementPage> {
  const { issued, statement } = await readIssued(deps, orgId, statementId);
  const now = await readWholeStatement(deps, orgId, { ...statement.parameters, knownAt: null });
  const lines = restatedLines(statement.lines, now.lines);
  const { offset } = after === null ? { offset: 0 } : fromCursor(offsetSchema, after);
  return {
    statementId,
    issuedAt: issued.issuedAt,
    comparedAt: now.knownUntil,
    ledgerSizeThen: statement.evidence.ledgerSize,
    ledgerSizeNow: now.evidence.ledgerSize,
    unchanged: lines.length === 0,
    columns: now.columns,
    rates: after === null ? restatedRates(statement.rates, now.rates) : [],
    lines: lines.slice(offset, offset + limit),
    lineCount: lines.length,
    next: offset + limit < lines.length ? toCursor({ offset: offset + limit }) : null,
  };
}

/** An issued statement with its lines. @throws AppError when what is stored is not what was issued */
export async function readIssued(
  { db, objects }: Pick<RestatementDeps, 'db' | 'objects'>,
  orgId: string,
  statementId: string,
): Promise<{ issued: IssuedStatement; statement: Statement }> {
  const issued = await read(db, refs.statement(orgId, statementId));
  if (issued === null) throw new AppError('not_found', 'There is no such statement.');
  const bytes = await objects.read(issued.data.storagePath, issued.data.generation);
  if (sha256Hex(bytes) !== issued.data.sha256)
    throw new AppError(
      'failed_precondition',
      'The stored statement is not the one that was issued: its checksum differs.',
    );
  return { issued, statement: statementSchema.parse(JSON.parse(new TextDecoder().decode(bytes))) };
}
