import { assumedSettings } from '@countersign/domain/ledger/statements/settings';
import type { Chart } from '@countersign/domain/ledger/statements/leaf-sums';
import { refs } from '../../refs.ts';
import { read, type Database } from '../../store/database.ts';
import type { LoadedSettings } from './load-statement.ts';

export interface SettingsRead extends LoadedSettings {
  /** Nobody has set them: they are what the chart suggests. */
  readonly assumed: boolean;
}

export async function readStatementSettings(db: Database, orgId: string, chart: Chart): Promise<SettingsRead> {
  const set = await read(db, refs.statementSettings(orgId));
  return set === null ? { ...assumedSettings(chart), assumed: true } : { ...set, assumed: false };
}
