import { mulberry32 } from '@countersign/domain/seeded-random';
import type { AccountInput } from './local-accounts.ts';

/**
 * Connected accounts for the demo and for tests: the same seed gives the same accounts, on every machine and in
 * every version of Node. Amounts are in Stripe's smallest units. With three accounts or more, one (the third) hides
 * its bank accounts; with two or more, the second has payouts disabled.
 */
export function demoAccounts(seed: number, count: number): AccountInput[] {
  const random = mulberry32(seed);
  return Array.from({ length: count }, (_, index) => demoAccount(random, index));
}

interface Market {
  readonly currency: string;
  readonly country: string;
  readonly banks: readonly string[];
  /** Least and most of an ordinary balance, and what every balance is a multiple of, so that it can be swept. */
  readonly least: number;
  readonly most: number;
  readonly step: number;
}

const USD: Market = {
  currency: 'usd',
  country: 'US',
  banks: ['Harbor National Bank', 'Prairie Trust', 'Pacific Crest Bank', 'Union & Main'],
  least: 25_000,
  most: 25_000_000,
  step: 1,
};
const EUR: Market = {
  currency: 'eur',
  country: 'DE',
  banks: ['Hansebank', 'Banque du Midi', 'Polderbank', 'Banco Ribera'],
  least: 20_000,
  most: 20_000_000,
  step: 1,
};
const GBP: Market = {
  currency: 'gbp',
  country: 'GB',
  banks: ['Thames & Tyne Bank', 'Northgate Building Society'],
  least: 20_000,
  most: 15_000_000,
  step: 1,
};
const JPY: Market = {
  currency: 'jpy',
  country: 'JP',
  banks: ['Asahikawa Bank', 'Setouchi Bank'],
  least: 40_000,
  most: 30_000_000,
  step: 1,
};
const KWD: Market = {
  currency: 'kwd',
  country: 'KW',
  banks: ['Gulf Pearl Bank'],
  least: 50_000,
  most: 40_000_000,
  step: 10,
};

/** One of twenty. */
const MARKETS: readonly Market[] = [...repeat(USD, 12), ...repeat(EUR, 4), ...repeat(GBP, 2), JPY, KWD];

const FIRST = [
  'Amber',
  'Birch',
  'Cedar',
  'Copper',
  'Delta',
  'Ember',
  'Fable',
  'Granite',
  'Harvest',
  'Indigo',
  'Juniper',
  'Kestrel',
  'Lantern',
  'Maple',
  'Nimbus',
  'Orchard',
  'Pepper',
  'Quarry',
  'River',
  'Saffron',
  'Timber',
  'Umbra',
  'Velvet',
  'Willow',
];
const SECOND = [
  'Bakery',
  'Books',
  'Ceramics',
  'Coffee',
  'Cycles',
  'Dental',
  'Designs',
  'Electric',
  'Florists',
  'Foods',
  'Garage',
  'Interiors',
  'Kitchens',
  'Labs',
  'Logistics',
  'Music',
  'Outdoors',
  'Pharmacy',
  'Press',
  'Studio',
  'Textiles',
  'Toys',
  'Travel',
  'Works',
];
const FORMS: Readonly<Record<string, string>> = { US: 'LLC', DE: 'GmbH', GB: 'Ltd', JP: 'KK', KW: 'WLL' };

/** 2025-01-01T00:00:00Z: fixed, so that no clock enters the result. */
const EPOCH_SECONDS = 1_735_689_600;

type Random = () => number;

function demoAccount(random: Random, index: number): AccountInput {
  const market = pick(random, MARKETS);
  const name = `${pick(random, FIRST)} ${pick(random, SECOND)}`;
  const second = random() < 0.1 && market !== EUR ? EUR : undefined;
  const hidden = index === 2 || random() < 0.06;
  const custom = random() < 0.25;
  const markets = second === undefined ? [market] : [market, second];
  return {
    id: `acct_1${letters(random, 15)}`,
    businessName: `${name} ${FORMS[market.country]}`,
    email: `finance+${index + 1}@${name.toLowerCase().replaceAll(' ', '-')}.example`,
    type: hidden ? 'standard' : custom ? 'custom' : 'express',
    country: market.country,
    defaultCurrency: market.currency,
    created: EPOCH_SECONDS + index * 3_600,
    payoutsEnabled: index !== 1,
    available: Object.fromEntries(markets.map((each) => [each.currency, balance(random, each)])),
    pending: { [market.currency]: Math.floor(random() * (market.least / market.step)) * market.step },
    externalAccounts: markets.map((each) => ({
      id: `ba_1${letters(random, 23)}`,
      bankName: pick(random, each.banks),
      last4: String(Math.floor(random() * 10_000)).padStart(4, '0'),
      currency: each.currency,
      country: each.country,
      defaultForCurrency: true,
      status: 'verified' as const,
    })),
  };
}

/** Small balances are common and large ones rare; the account in twenty that is nearly empty can't be paid much. */
function balance(random: Random, { least, most, step }: Market): number {
  const size = random();
  const amount = random() < 0.05 ? least * size : least + (most - least) * size ** 3;
  return Math.floor(amount / step) * step;
}

function letters(random: Random, length: number): string {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let text = '';
  for (let at = 0; at < length; at += 1) text += alphabet[Math.floor(random() * alphabet.length)];
  return text;
}

function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[Math.floor(random() * choices.length)] as T;
}

function repeat<T>(item: T, times: number): T[] {
  return Array.from({ length: times }, () => item);
}
