import type { Role } from '@countersign/domain/schemas/common';
import type { Member, Organization } from '@countersign/domain/schemas/organization';
import { createContext, use } from 'react';

/** The signed-in person in the organization: roles come from the member document, which is the truth. */
export interface Workplace {
  readonly orgId: string;
  readonly organization: Organization;
  readonly me: Member;
  readonly has: (...roles: readonly Role[]) => boolean;
}

export const WorkplaceContext = createContext<Workplace | null>(null);

export function useWorkplace(): Workplace {
  const workplace = use(WorkplaceContext);
  if (!workplace) throw new Error('useWorkplace is used before the organization was read');
  return workplace;
}
