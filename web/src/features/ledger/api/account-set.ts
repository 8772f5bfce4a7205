import { guardsFromText } from '@countersign/domain/ledger/chart/guard-text';
import type { Account, AccountChange } from '@countersign/domain/schemas/account';

/** The form of an account's change: limits are text, one a line. */
export interface AccountForm {
  readonly name: string;
  readonly branch: string;
  readonly limits: string;
  readonly closed: boolean;
  readonly closedOn: string;
}

export interface ReadAccountForm {
  /** What differs from the account; null while something is wrong, or nothing differs. */
  readonly set: AccountChange | null;
  /** The line of the limits that is none. */
  readonly badLimit: string | null;
  readonly badBranch: boolean;
}

const BRANCH = /^[A-Za-z0-9_.-]{1,128}$/;

export function readAccountForm(account: Account, form: AccountForm): ReadAccountForm {
  const read = guardsFromText(form.limits.replaceAll('\n', ';'));
  const badLimit = 'bad' in read ? read.bad : null;
  const branch = form.branch.trim() === '' ? null : form.branch.trim();
  const badBranch = branch !== null && !BRANCH.test(branch);
  if ('bad' in read || badBranch || form.name.trim() === '') return { set: null, badLimit, badBranch };
  const closedOn = form.closed && form.closedOn !== '' ? form.closedOn : null;
  const set: AccountChange = {
    ...(form.name.trim() === account.name ? {} : { name: form.name.trim() }),
    ...(branch === account.branch ? {} : { branch }),
    ...(JSON.stringify(read.guards) === JSON.stringify(account.guards) ? {} : { guards: read.guards }),
    ...(form.closed === account.closed ? {} : { closed: form.closed }),
    ...(closedOn === null || closedOn === account.closedOn ? {} : { closedOn }),
  };
  return { set: Object.keys(set).length === 0 ? null : set, badLimit, badBranch };
}
