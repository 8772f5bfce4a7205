import type { CommandInput } from '@countersign/domain/schemas/commands';
import { useCommand } from '../../../app/command.ts';
import { saveBlob } from '../../../components/save-blob.ts';

interface SaveCsv {
  readonly save: (view: CommandInput<'noteDownload'>['view'], rows: number, csv: string) => Promise<void>;
  readonly pending: boolean;
  /** Why nothing was saved, in words. */
  readonly problem: string | null;
}

/** Save a CSV that the browser made of what it shows. The audit log is told first: without that there is no file. */
export function useSaveCsv(): SaveCsv {
  const { run, pending, failure } = useCommand('noteDownload');
  return {
    save: async (view, rows, csv) => {
      if ((await run({ view, rows })) === null) return;
      const name = view.kind === 'register' ? `register-${view.accountId}.csv` : 'balances.csv';
      // What a spreadsheet opens as UTF-8, it needs the mark for.
      saveBlob(new Blob(['\uFEFF', csv], { type: 'text/csv' }), name);
    },
    pending,
    problem: failure?.message ?? null,
  };
}
