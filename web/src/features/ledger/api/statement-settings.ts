import { cashActivitySchema, type CashActivity } from '@countersign/domain/schemas/statement';

const ID = /^[A-Za-z0-9_.-]{1,128}$/;

/** Ids, one a line or with commas or spaces between them; `bad` is the first that is none. */
export function readIds(text: string): { readonly ids: readonly string[]; readonly bad: string | null } {
  const ids = [...new Set(text.split(/[\s,;]+/).filter((word) => word !== ''))];
  return { ids, bad: ids.find((id) => !ID.test(id)) ?? null };
}

/** Lines of an account's id and an activity; `bad` is the first line that is neither this nor empty. */
export function readActivities(text: string): {
  readonly activities: readonly { readonly accountId: string; readonly activity: CashActivity }[];
  readonly bad: string | null;
} {
  const activities: { accountId: string; activity: CashActivity }[] = [];
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '') continue;
    const [accountId = '', word = '', ...rest] = line.split(/[\s,;]+/);
    const activity = cashActivitySchema.safeParse(word.toLowerCase());
    if (!ID.test(accountId) || !activity.success || rest.length > 0) return { activities, bad: line };
    activities.push({ accountId, activity: activity.data });
  }
  return { activities, bad: null };
}
