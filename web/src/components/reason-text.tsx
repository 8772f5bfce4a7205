import { textOf } from '@countersign/domain/audit/committed-text';
import type { Reason } from '@countersign/domain/schemas/common';
import type { ReactNode } from 'react';

/** What somebody gave as their reason, in quotes; or that it was erased with their data. */
export function ReasonText({ of }: { readonly of: Reason }): ReactNode {
  const text = textOf(of);
  return text === null ? <span className="muted">(erased with the person’s data)</span> : <>“{text}”</>;
}
