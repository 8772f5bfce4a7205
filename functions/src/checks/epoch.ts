import { paths } from '@countersign/domain/paths';
import { organizationSchema } from '@countersign/domain/schemas/organization';
import type { Database } from '../store/database.ts';

const restoredSchema = organizationSchema.pick({ restored: true });

/** The epoch of checkpoints that the database says it is in; of a document that was broken, the first: the check must go on. */
export async function epochIn(db: Pick<Database, 'get'>, orgId: string): Promise<number> {
  const stored = await db.get(paths.organization(orgId));
  return restoredSchema.safeParse({ restored: stored?.data['restored'] ?? null }).data?.restored?.epoch ?? 0;
}
