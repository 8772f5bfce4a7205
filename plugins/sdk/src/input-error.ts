import type { FileIssue } from '@countersign/domain/schemas/file';

/**
 * The input as a whole can't be used: nothing is planned, and the person is told what to put right, where.
 * The platform knows this error by its name and shows its issues.
 */
export class InputError extends Error {
  readonly issues: readonly FileIssue[];

  constructor(message: string, issues: readonly FileIssue[]) {
    super(message);
    this.name = 'InputError';
    this.issues = issues;
  }
}
