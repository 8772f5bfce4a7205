import type { Role } from '@countersign/domain/schemas/common';

const MONEY: readonly Role[] = ['executive', 'operator', 'approver', 'treasurer', 'auditor', 'admin'];

const MONEY_AND_CODE: readonly Role[] = [...MONEY, 'developer'];

/** Which pages are offered to whom; a copy of the reading rights in `firestore.rules`, which alone decide. */
const READERS: Readonly<Record<string, readonly Role[]>> = {
  '/files': MONEY,
  '/ledger': MONEY,
  '/schedules': MONEY,
  '/settings': MONEY_AND_CODE,
  '/settings/policy': MONEY_AND_CODE,
  '/settings/rates': MONEY,
  '/changes': ['executive', 'approver', 'treasurer', 'developer', 'auditor', 'admin'],
  '/settings/retention': ['executive', 'treasurer', 'auditor', 'admin'],
  '/evidence': ['executive', 'treasurer', 'auditor', 'admin'],
  '/audit': ['executive', 'auditor', 'admin'],
};

/** Whether the navigation offers a page. A page that is opened anyway says plainly that the role may not read it. */
export function mayOpen(to: string, roles: readonly Role[]): boolean {
  const readers = READERS[to];
  return readers === undefined || readers.some((role) => roles.includes(role));
}
