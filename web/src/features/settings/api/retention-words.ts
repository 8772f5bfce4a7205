import type { KeepDays, RetentionClass } from '@countersign/domain/schemas/retention';

/** What a class is, what goes when its time is over, and what stays. */
export const CLASS_WORDS: Readonly<
  Record<RetentionClass, { readonly label: string; readonly goes: string; readonly stays: string }>
> = {
  uploads: {
    label: 'Uploaded files',
    goes: 'The bytes of files that people uploaded',
    stays: 'name, checksum, size, by whom and when',
  },
  results: {
    label: 'Result files',
    goes: 'The bytes of files that runs have made',
    stays: 'name, checksum, size, of which run',
  },
  logs: { label: 'Logs of runs', goes: 'The lines that plugins and the platform logged', stays: 'the run itself' },
  notifications: { label: 'Messages', goes: 'Messages to members', stays: 'what they were about' },
  personal: {
    label: 'Free text in the audit log',
    goes: 'Reasons, comments and names in the audit log',
    stays: 'the events, with the hashes of what was removed',
  },
};

export const keptFor = (days: number | null): string =>
  days === null ? 'for ever' : `${days.toLocaleString('en')} ${days === 1 ? 'day' : 'days'}`;

/** Days as they are being written; empty is for ever. Undefined for what is no number of days. */
export function readDays(text: string): number | null | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  return /^\d{1,6}$/.test(trimmed) ? Number(trimmed) : undefined;
}

/** Whether anything would go earlier than now: that takes a second person. */
export function isShorter(before: KeepDays, after: KeepDays): boolean {
  return (Object.keys(after) as RetentionClass[]).some(
    (what) => (after[what] ?? Number.POSITIVE_INFINITY) < (before[what] ?? Number.POSITIVE_INFINITY),
  );
}
