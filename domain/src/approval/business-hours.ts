import type { BusinessHours } from '../schemas/organization.ts';

/** Monday to Friday, 8 to 18, until an organization says otherwise. Days as in ISO 8601: 1 is Monday. */
export const DEFAULT_BUSINESS_HOURS: BusinessHours = { days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00' };

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Whether an instant lies outside business hours where the organization is; null when its time zone is unknown. */
export function isOffHours(
  instant: string,
  timeZone: string,
  hours: BusinessHours = DEFAULT_BUSINESS_HOURS,
): boolean | null {
  const local = localTime(instant, timeZone);
  if (local === null) return null;
  return !hours.days.includes(local.day) || local.time < hours.from || local.time >= hours.to;
}

function localTime(instant: string, timeZone: string): { day: number; time: string } | null {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return null;
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }).formatToParts(at);
    const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
    return { day: DAYS.indexOf(part('weekday')) + 1, time: `${part('hour')}:${part('minute')}` };
  } catch {
    return null;
  }
}
