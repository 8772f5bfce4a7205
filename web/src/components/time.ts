const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string, seconds: boolean): Intl.DateTimeFormat {
  const key = `${timeZone}|${String(seconds)}`;
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
    timeZoneName: 'short',
  });
  formatters.set(key, made);
  return made;
}

/** An ISO instant as `22 Nov 2026, 04:13 UTC`, with its zone. */
export function formatInstant(iso: string, timeZone: string, seconds = false): string {
  return formatter(timeZone, seconds).format(new Date(iso));
}

/** The day of an ISO instant in a zone: `22 Nov 2026`. */
export function formatDay(iso: string, timeZone: string): string {
  const [day = ''] = formatInstant(iso, timeZone).split(',');
  return day;
}

const STEPS: readonly (readonly [limitMs: number, unitMs: number, unit: string])[] = [
  [60_000, 1000, 's'],
  [3_600_000, 60_000, 'min'],
  [48 * 3_600_000, 3_600_000, 'h'],
  [Infinity, 86_400_000, 'days'],
];

/** A distance from now in words: negative is past. */
export function formatAge(differenceMs: number): string {
  const size = Math.abs(differenceMs);
  if (size < 5000) return 'now';
  const [, unitMs, unit] = STEPS.find(([limit]) => size < limit) ?? [0, 86_400_000, 'days'];
  const text = `${unit === 'days' ? Math.round(size / unitMs) : Math.floor(size / unitMs)} ${unit}`;
  return differenceMs < 0 ? `${text} ago` : `in ${text}`;
}

/** How long something took: `1.2 s`, `3 min 20 s`. */
export function formatDuration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
  return `${Math.floor(ms / 3_600_000)} h ${Math.round((ms % 3_600_000) / 60_000)} min`;
}
