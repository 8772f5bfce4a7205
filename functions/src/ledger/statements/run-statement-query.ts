import { AppError, toAppError } from '@countersign/domain/errors';
import { inWords } from '@countersign/domain/plan/sentence';
import type { Role } from '@countersign/domain/schemas/common';
import {
  statementQuerySchemas,
  type ParsedStatementQuery,
  type StatementQueryName,
  type StatementQueryResults,
} from '@countersign/domain/schemas/statement';
import { recordDenial } from '../../commands/denials.ts';
import { refs } from '../../refs.ts';
import { read } from '../../store/database.ts';
import { readClosingChecklist } from '../closing-checklist.ts';
import { readRestatementCauses } from './restatement-causes.ts';
import { readRestatement, type RestatementDeps } from './restatement.ts';
import { readStatementPage } from './statement.ts';

/** Those who may see money, as `firestore.rules` has it for balances and journals. */
const READERS: readonly Role[] = ['executive', 'operator', 'approver', 'treasurer', 'auditor', 'admin'];

type Answer<N extends StatementQueryName> = (
  deps: RestatementDeps,
  input: ParsedStatementQuery<N>,
) => Promise<StatementQueryResults[N]>;

const answers: { readonly [N in StatementQueryName]: Answer<N> } = {
  readStatement: (deps, { orgId, parameters, after, limit }) =>
    readStatementPage(deps, orgId, parameters, after, limit),
  readRestatement,
  readRestatementCauses,
  readClosingChecklist,
};

/**
 * Read for the screen: parse, check the member, answer. It changes nothing and leaves no audit event but of a
 * refusal; what leaves the platform as a file is a command.
 */
export async function runStatementQuery<N extends StatementQueryName>(
  deps: RestatementDeps,
  name: N,
  caller: { readonly uid: string } | null,
  raw: unknown,
): Promise<StatementQueryResults[N]> {
  try {
    return await answer(deps, name, caller, raw);
  } catch (error) {
    const failure = toAppError(error);
    await recordDenial(deps, name, caller, raw, failure);
    throw failure;
  }
}

async function answer<N extends StatementQueryName>(
  deps: RestatementDeps,
  name: N,
  caller: { readonly uid: string } | null,
  raw: unknown,
): Promise<StatementQueryResults[N]> {
  if (caller === null) throw new AppError('unauthenticated', 'Sign in first.');
  const parsed = statementQuerySchemas[name].safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AppError(
      'invalid_argument',
      `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'The input is not valid'}`,
    );
  }
  const input = parsed.data as ParsedStatementQuery<N>;
  const member = await read(deps.db, refs.member(input.orgId, caller.uid));
  if (member === null || !member.active)
    throw new AppError('permission_denied', 'You are not an active member of this organization.');
  if (!READERS.some((role) => member.roles.includes(role)))
    throw new AppError('permission_denied', `This takes the role ${inWords(READERS, 'or')}.`);
  return answers[name](deps, input);
}
