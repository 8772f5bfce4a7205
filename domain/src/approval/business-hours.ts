import { BusinessDays, type BusinessCalendar } from '../schedule/business-day.ts';
import type { BusinessHours } from '../schemas/organization.ts';

/** Monday to Friday, 8 to 18, until an organization says otherwise. Days as in ISO 8601: 1 is Monday. */
export const DEFAULT_BUSINESS_HOURS: BusinessHours = { days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00' };

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/**
 * Whether an instant lies outside business hours where the organization is; null when its time zone is unknown.
 * @param calendar whose days off are outside them too, days as in the organization's time zone
 */
export function isOffHours(
  instant: string,
  timeZone: string,
  hours: BusinessHours = DEFAULT_BUSINESS_HOURS,
  calendar: BusinessCalendar | null = null,
): boolean | null {
  const local = localTime(instant, timeZone);
  if (local === null) return null;
  if (calendar !== null && !new BusinessDays(calendar).isOpen(local.date)) return true;
  return !hours.days.includes(local.day) || local.time < hours.from || local.time >= hours.to;
}

/** Whether these hours are all within the others: no instant outside the others is in these. */
export function isNarrower(hours: BusinessHours, others: BusinessHours): boolean {
  return hours.days.every((day) => others.days.includes(day)) && hours.from >= others.from && hours.to <= others.to;
}

function localTime(instant: string, timeZone: string): { date: string; day: number; time: string } | null {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return null;
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }).formatToParts(at);
    const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
    const date = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
    return { date, day: DAYS.indexOf(part('weekday')) + 1, time: `${part('hour')}:${part('minute')}` };
  } catch {
    return null;
  }
}
