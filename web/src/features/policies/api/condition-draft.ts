import { fromMinor, toMajorText, toMinor } from '@countersign/domain/money/money';
import { parseAmount } from '@countersign/domain/money/parse-amount';
import { ROLLING_HOURS } from '@countersign/domain/schemas/plan-traits';
import type { RiskLevel } from '@countersign/domain/schemas/plugin';
import type { AmountRange, Conditions, CountRange } from '@countersign/domain/schemas/policy';

export type RollingHours = (typeof ROLLING_HOURS)[number];
export type ConditionName = keyof Required<Conditions>;

/** Text as it is typed; empty for no limit on that side. Both ends are included. */
export interface RangeDraft {
  readonly from: string;
  readonly to: string;
}
interface Answer {
  readonly yes: boolean;
}
interface Chosen<T = string> {
  readonly chosen: readonly T[];
}
export interface CurrencyRow extends RangeDraft {
  readonly currency: string;
}

/** A condition while it is written, for each that a policy knows. */
export interface ConditionDrafts {
  readonly movesMoney: Answer;
  readonly offHours: Answer;
  readonly categories: Chosen;
  readonly operationIds: Chosen;
  readonly effectKinds: Chosen & { readonly match: 'any' | 'only' };
  readonly pluginRisk: Chosen<RiskLevel>;
  readonly riskAtLeast: { readonly risk: RiskLevel };
  readonly riskAtMost: { readonly risk: RiskLevel };
  readonly amount: RangeDraft;
  readonly amountIn: { readonly rows: readonly CurrencyRow[] };
  readonly effectCount: RangeDraft;
  readonly payeeCount: RangeDraft;
  readonly newPayeeCount: RangeDraft;
  readonly requesterTotal: RangeDraft & { readonly hours: RollingHours };
  readonly payeeTotal: RangeDraft & { readonly hours: RollingHours };
}
export type WhenDraft = { readonly [K in ConditionName]?: ConditionDrafts[K] };

/** Says what is wrong in a field of the condition; in `empty`, that nothing is filled in yet. */
type Issue = (field: string, message: string) => void;

interface Form<K extends ConditionName> {
  readonly empty: (currency: string) => ConditionDrafts[K];
  /** @param currency the organization's base currency */
  readonly write: (wanted: NonNullable<Conditions[K]>, currency: string) => ConditionDrafts[K];
  readonly read: (draft: ConditionDrafts[K], currency: string, issue: Issue) => Conditions[K];
}

const EMPTY_RANGE: RangeDraft = { from: '', to: '' };
const DAY: RollingHours = 24;

const answer = {
  empty: () => ({ yes: true }),
  write: (yes: boolean) => ({ yes }),
  read: ({ yes }: Answer) => yes,
};

const chosen = {
  empty: () => ({ chosen: [] }),
  write: (list: readonly string[]) => ({ chosen: list }),
  read: ({ chosen: list }: Chosen, _: string, issue: Issue) => some(list, issue),
};

const risk = {
  empty: () => ({ risk: 'high' as const }),
  write: (level: RiskLevel) => ({ risk: level }),
  read: ({ risk: level }: { readonly risk: RiskLevel }) => level,
};

const count = {
  empty: () => EMPTY_RANGE,
  write: ({ min, max }: CountRange) => ({ from: numberText(min), to: numberText(max) }),
  read: readCounts,
};

const rolling = {
  empty: () => ({ ...EMPTY_RANGE, hours: DAY }),
  write: ({ hours, ...range }: AmountRange & { readonly hours: RollingHours }, currency: string) => ({
    ...amountTexts(range, currency),
    hours,
  }),
  read: ({ hours, ...range }: RangeDraft & { readonly hours: RollingHours }, currency: string, issue: Issue) => ({
    hours,
    ...readAmounts(range, currency, issue),
  }),
};

/** One form for each condition, in the order of the page. One that is added to the schema and not here does not compile. */
const FORMS: { readonly [K in ConditionName]: Form<K> } = {
  movesMoney: answer,
  amount: { empty: () => EMPTY_RANGE, write: amountTexts, read: readAmounts },
  amountIn: {
    empty: (currency) => ({ rows: [{ currency, ...EMPTY_RANGE }] }),
    write: (list) => ({ rows: list.map(({ currency, ...range }) => ({ currency, ...amountTexts(range, currency) })) }),
    read: ({ rows }, _, issue) => {
      if (rows.length === 0) issue('empty', 'Name a currency, or take the condition away');
      return rows.map(({ currency, ...range }, index) => ({
        currency,
        ...readAmounts(range, currency, (field, message) => issue(`${index}.${field}`, message)),
      }));
    },
  },
  payeeCount: count,
  newPayeeCount: count,
  effectCount: count,
  requesterTotal: rolling,
  payeeTotal: rolling,
  riskAtLeast: risk,
  riskAtMost: risk,
  pluginRisk: {
    empty: () => ({ chosen: [] }),
    write: (list) => ({ chosen: list }),
    read: ({ chosen: list }, _, issue) => some(list, issue),
  },
  offHours: answer,
  categories: chosen,
  operationIds: chosen,
  effectKinds: {
    empty: () => ({ match: 'any', chosen: [] }),
    write: ({ match, kinds }) => ({ match, chosen: kinds }),
    read: ({ match, chosen: kinds }, _, issue) => ({ match, kinds: some(kinds, issue) }),
  },
};

/** In the order of the page. */
export const CONDITION_NAMES = Object.keys(FORMS) as readonly ConditionName[];

export function emptyCondition<K extends ConditionName>(name: K, currency: string): ConditionDrafts[K] {
  return (FORMS[name] as Form<K>).empty(currency);
}

export function whenDraftOf(when: Conditions, currency: string): WhenDraft {
  const draft = <K extends ConditionName>(name: K): readonly [K, ConditionDrafts[K]][] => {
    const wanted = when[name];
    return wanted === undefined
      ? []
      : [[name, (FORMS[name] as Form<K>).write(wanted as NonNullable<Conditions[K]>, currency)]];
  };
  return Object.fromEntries(CONDITION_NAMES.flatMap((name) => draft(name)));
}

/**
 * The conditions that a draft says.
 * @param issue called with `amount.to` and the like for each field that can't be read; then the result is not whole
 */
export function whenOf(draft: WhenDraft, currency: string, issue: Issue): Conditions {
  const read = <K extends ConditionName>(name: K): readonly [K, unknown][] => {
    const condition = draft[name];
    if (condition === undefined) return [];
    const form = FORMS[name] as Form<K>;
    return [[name, form.read(condition, currency, (field, message) => issue(`${name}.${field}`, message))]];
  };
  return Object.fromEntries(CONDITION_NAMES.flatMap((name) => read(name)));
}

function some<T>(list: readonly T[], issue: Issue): T[] {
  if (list.length === 0) issue('empty', 'Choose at least one, or take the condition away');
  return [...list];
}

function numberText(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

function amountTexts({ minMinor, maxMinor }: AmountRange, currency: string): RangeDraft {
  const text = (minor: string | undefined): string =>
    minor === undefined ? '' : toMajorText(toMinor(minor), currency);
  return { from: text(minMinor), to: text(maxMinor) };
}

function readAmounts({ from, to }: RangeDraft, currency: string, issue: Issue): AmountRange {
  if (from.trim() === '' && to.trim() === '') issue('empty', 'Fill in one of the two, or take the condition away');
  const min = readAmount(from, currency, (message) => issue('from', message));
  const max = readAmount(to, currency, (message) => issue('to', message));
  if (min !== undefined && max !== undefined && min > max)
    issue('to', 'This is less than where it begins: nothing would match');
  return {
    ...(min === undefined ? {} : { minMinor: fromMinor(min) }),
    ...(max === undefined ? {} : { maxMinor: fromMinor(max) }),
  };
}

function readAmount(text: string, currency: string, wrong: (message: string) => void): bigint | undefined {
  if (text.trim() === '') return undefined;
  if (/^0+([.]0+)?$/.test(text.trim())) return 0n;
  const parsed = parseAmount(text, currency);
  if (parsed.ok) return parsed.amountMinor;
  wrong(`${parsed.message}. ${parsed.remedy}`);
  return undefined;
}

function readCounts({ from, to }: RangeDraft, _: string, issue: Issue): CountRange {
  if (from.trim() === '' && to.trim() === '') issue('empty', 'Fill in one of the two, or take the condition away');
  const min = readCount(from, () => issue('from', 'Write a whole number'));
  const max = readCount(to, () => issue('to', 'Write a whole number'));
  if (min !== undefined && max !== undefined && min > max)
    issue('to', 'This is less than where it begins: nothing would match');
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

function readCount(text: string, wrong: () => void): number | undefined {
  if (text.trim() === '') return undefined;
  if (/^\d{1,9}$/.test(text.trim())) return Number(text.trim());
  wrong();
  return undefined;
}
