import { ROLES } from '@countersign/domain/schemas/common';
import type { Command } from './run-command.ts';

/**
 * A file that the browser makes of what it shows. Nothing is read for it, so the log can only say that it was asked for:
 * the app saves it when this command has gone through.
 */
export const noteDownload: Command<'noteDownload'> = {
  name: 'noteDownload',
  roles: ROLES,
  async decide({ input: { view, rows }, change }) {
    const data = { view: view.kind, rows: String(rows), ...(view.kind === 'register' && { account: view.accountId }) };
    return { result: { noted: rows }, writes: change.toWrites('view.downloaded', { data }) };
  },
};
