import { formatMoney, toMinor } from '../money/money.ts';
import { KIND_NOUN } from '../plan/effect-facts.ts';
import type { EffectKind } from '../schemas/effect.ts';
import type { BaseAmount, PlanTraits, RollingTotals } from '../schemas/plan-traits.ts';
import type { AmountRange, Conditions, CountRange } from '../schemas/policy.ts';
import type { RiskLevel } from '../schemas/plugin.ts';

/** `unknown`: what the condition asks about is not known. The text says what, for people. */
export type Verdict =
  | { readonly holds: true }
  | { readonly holds: false }
  | { readonly holds: 'unknown'; readonly why: string };

const YES: Verdict = { holds: true };
const NO: Verdict = { holds: false };
const unknown = (why: string): Verdict => ({ holds: 'unknown', why });
const whether = (holds: boolean): Verdict => (holds ? YES : NO);

export const RISK_ORDER: readonly RiskLevel[] = ['low', 'medium', 'high', 'critical'];

type Check<K extends keyof Conditions> = (wanted: NonNullable<Conditions[K]>, traits: PlanTraits) => Verdict;

/** One check for each condition. A condition that is added to the schema and not here does not compile. */
const CHECKS: { readonly [K in keyof Required<Conditions>]: Check<K> } = {
  movesMoney: (wanted, traits) => whether(wanted === traits.movesMoney),
  categories: (wanted, traits) => whether(wanted.includes(traits.category)),
  effectKinds: ({ match, kinds }, traits) =>
    whether(
      match === 'any'
        ? traits.effectKinds.some((kind) => kinds.includes(kind))
        : traits.effectKinds.length > 0 && traits.effectKinds.every((kind) => kinds.includes(kind)),
    ),
  operationIds: (wanted, { operationId }) =>
    operationId === null ? unknown('the operation is not known') : whether(wanted.includes(operationId)),
  pluginRisk: (wanted, { pluginRisk }) =>
    pluginRisk === null ? unknown("the plugin's risk is not known") : whether(wanted.includes(pluginRisk)),
  riskAtLeast: (wanted, { risk }) =>
    risk === null ? unknown('the risk is not known') : whether(RISK_ORDER.indexOf(risk) >= RISK_ORDER.indexOf(wanted)),
  riskAtMost: (wanted, { risk }) =>
    risk === null ? unknown('the risk is not known') : whether(RISK_ORDER.indexOf(risk) <= RISK_ORDER.indexOf(wanted)),
  amount: (wanted, { base }) => amountVerdict(wanted, base?.amountMinor ?? null, whyNoAmount(base)),
  amountIn: (wanted, { totals }) => {
    if (totals === null) return unknown('the amounts are not known');
    const amountOf = (currency: string): string =>
      totals.find((total) => total.currency === currency)?.amountMinor ?? '0';
    return whether(wanted.every(({ currency, ...range }) => isWithin(range, toMinor(amountOf(currency)))));
  },
  effectCount: (wanted, { effectCount }) => countVerdict(wanted, effectCount, 'the number of effects'),
  payeeCount: (wanted, { payeeCount }) => countVerdict(wanted, payeeCount, 'the number of payees'),
  newPayeeCount: (wanted, { newPayeeCount }) => countVerdict(wanted, newPayeeCount, 'the number of new payees'),
  requesterTotal: ({ hours, ...range }, { requesterTotals }) =>
    amountVerdict(
      range,
      windowOf(requesterTotals, hours),
      `what the requester asked for in ${hours} hours is not known`,
    ),
  payeeTotal: ({ hours, ...range }, { payeeTotals }) =>
    amountVerdict(range, windowOf(payeeTotals, hours), `what one payee gets in ${hours} hours is not known`),
  offHours: (wanted, { offHours }) =>
    offHours === null ? unknown('the business hours are not known') : whether(wanted === offHours),
};

/** Whether all conditions hold. One that does not hold decides, whatever is unknown beside it. */
export function evaluate(when: Conditions, traits: PlanTraits): Verdict {
  const verdicts = (Object.keys(when) as (keyof Conditions)[]).map((name) => verdictOf(name, when, traits));
  return verdicts.find(({ holds }) => holds === false) ?? verdicts.find(({ holds }) => holds === 'unknown') ?? YES;
}

function verdictOf<K extends keyof Conditions>(name: K, when: Conditions, traits: PlanTraits): Verdict {
  const wanted = when[name];
  return wanted === undefined ? YES : (CHECKS[name] as Check<K>)(wanted as NonNullable<Conditions[K]>, traits);
}

function amountVerdict(range: AmountRange, amountMinor: string | null, why: string): Verdict {
  return amountMinor === null ? unknown(why) : whether(isWithin(range, toMinor(amountMinor)));
}

function countVerdict({ min, max }: CountRange, count: number | null, what: string): Verdict {
  if (count === null) return unknown(`${what} is not known`);
  return whether((min === undefined || count >= min) && (max === undefined || count <= max));
}

function isWithin({ minMinor, maxMinor }: AmountRange, amount: bigint): boolean {
  return (
    (minMinor === undefined || amount >= toMinor(minMinor)) && (maxMinor === undefined || amount <= toMinor(maxMinor))
  );
}

function windowOf(totals: RollingTotals | null, hours: number): string | null {
  return totals?.find((total) => total.hours === hours)?.amountMinor ?? null;
}

function whyNoAmount(base: BaseAmount | null): string {
  return base === null
    ? 'the amount is not known'
    : `no rate to ${base.currency} that is recent enough is known for ${base.unknownCurrencies.join(', ')}`;
}

/** A condition in words for the rule's page, `currency` being the organization's base currency. */
export function conditionInWords(when: Conditions, currency: string): string[] {
  const words: { readonly [K in keyof Required<Conditions>]: (wanted: NonNullable<Conditions[K]>) => string } = {
    movesMoney: (wanted) => (wanted ? 'it moves money' : 'it moves no money'),
    categories: (wanted) => `its category is ${wanted.join(' or ')}`,
    effectKinds: ({ match, kinds }) =>
      match === 'any' ? `it has ${kindsInWords(kinds)}` : `all its effects are ${kindsInWords(kinds)}`,
    operationIds: (wanted) => `the operation is ${wanted.join(' or ')}`,
    pluginRisk: (wanted) => `the plugin's own risk is ${wanted.join(' or ')}`,
    riskAtLeast: (wanted) => `its risk is ${wanted} or higher`,
    riskAtMost: (wanted) => `its risk is ${wanted} or lower`,
    amount: (wanted) => `all of it is ${rangeInWords(wanted, currency)}`,
    amountIn: (wanted) =>
      wanted.map(({ currency: own, ...range }) => `its ${own} are ${rangeInWords(range, own)}`).join(' and '),
    effectCount: (wanted) => `it has ${countInWords(wanted)} effects`,
    payeeCount: (wanted) => `it pays ${countInWords(wanted)} payees`,
    newPayeeCount: (wanted) => `${countInWords(wanted)} of its payees are new`,
    requesterTotal: ({ hours, ...range }) =>
      `with all that the same person asked for within ${hours} hours it is ${rangeInWords(range, currency)}`,
    payeeTotal: ({ hours, ...range }) =>
      `with all that goes to the same payee within ${hours} hours it is ${rangeInWords(range, currency)}`,
    offHours: (wanted) => (wanted ? 'it is asked for off hours' : 'it is asked for during business hours'),
  };
  const sentence = <K extends keyof Conditions>(name: K): string =>
    (words[name] as (wanted: unknown) => string)(when[name]);
  return (Object.keys(when) as (keyof Conditions)[]).flatMap((name) =>
    when[name] === undefined ? [] : [sentence(name)],
  );
}

/** A kind that this version does not know keeps its own name. */
function kindsInWords(kinds: readonly string[]): string {
  return kinds.map((kind) => KIND_NOUN[kind as EffectKind]?.[1] ?? kind).join(' or ');
}

function rangeInWords({ minMinor, maxMinor }: AmountRange, currency: string): string {
  const parts = [
    minMinor === undefined ? null : `at least ${formatMoney(toMinor(minMinor), currency)}`,
    maxMinor === undefined ? null : `at most ${formatMoney(toMinor(maxMinor), currency)}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'anything' : parts.join(' and ');
}

function countInWords({ min, max }: CountRange): string {
  if (min === undefined && max === undefined) return 'any number of';
  if (min !== undefined && max !== undefined) return min === max ? String(min) : `${min} to ${max}`;
  return min === undefined ? `at most ${max ?? 0}` : `at least ${min}`;
}
