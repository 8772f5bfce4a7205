import { type BusinessHours, businessHoursSchema } from '@countersign/domain/schemas/organization';

export const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/** What is wrong with hours that are being written, or null. */
export function hoursProblem({ days, from, to }: BusinessHours): string | null {
  if (!businessHoursSchema.safeParse({ days, from, to }).success) return 'Write times such as 08:00, up to 24:00';
  return from < to ? null : 'They must end after they begin, on the same day';
}

/** `Monday, Tuesday and Friday, 08:00 to 18:00`; `never`. */
export function hoursInWords({ days, from, to }: BusinessHours): string {
  const names = DAYS.filter((_, index) => days.includes(index + 1));
  if (names.length === 0) return 'never';
  const listed = names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
  return `${listed}, ${from} to ${to}`;
}
