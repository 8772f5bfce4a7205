import { plural } from '@countersign/domain/plan/sentence';
import { toCsv, type Report, type ReportInput } from '@countersign/plugin-sdk';

const COLUMNS = ['file', 'rows', 'bytes', 'sha256', 'status'] as const;

/** What became of the files, with their checksums. */
export function makeReport({ effects, outcomes }: Omit<ReportInput<unknown>, 'parameters'>): Report {
  const status = new Map(outcomes.map((outcome) => [outcome.key, outcome.status]));
  const files = effects.filter((effect) => effect.kind === 'file.publish');
  const published = files.filter((effect) => status.get(effect.key) === 'succeeded');
  const rows = files.map(({ key, data }) => ({
    file: data.name,
    rows: String(data.rowCount ?? ''),
    bytes: String(data.sizeBytes),
    sha256: data.sha256,
    status: status.get(key) === 'succeeded' ? 'published' : 'not published',
  }));
  const rowCount = published.reduce((sum, { data }) => sum + (data.rowCount ?? 0), 0);
  return {
    success: published.length === files.length,
    message: `${plural(published.length, 'file')} of ${files.length} published, with ${plural(rowCount, 'row')}.`,
    files: [{ name: 'summary.csv', contentType: 'text/csv', text: toCsv(COLUMNS, rows) }],
    notifications: [],
  };
}
