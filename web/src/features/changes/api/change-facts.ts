import { guardSchema } from '@countersign/domain/schemas/account';
import type { Change } from '@countersign/domain/schemas/proposal';
import * as z from 'zod';
import { guardInWords } from '../../../components/guards-in-words.ts';

/** One thing that a change says, or that was so before, for people. */
export interface Fact {
  readonly label: string;
  /** One below the other; `Nothing` for an empty list. */
  readonly lines: readonly string[];
  /** The lines are ids of members. */
  readonly member?: true;
}

const LABELS: Readonly<Record<string, string>> = {
  uid: 'Member',
  active: 'Has access',
  mode: 'Mode',
  codeHash: 'Code (SHA-256)',
  capabilities: 'It may',
  running: 'Runs now',
  operationId: 'Operation',
  pinned: 'Stays at this version',
  type: 'Id',
  title: 'Name',
  payeeAccounts: 'Accounts of payees',
  base: 'One unit of',
  quote: 'In units of',
  asOf: 'Observed at',
  businessHours: 'Business hours',
  opensBusinessDays: 'Makes business hours longer',
  weekend: 'Weekend',
  calendarId: 'Calendar id',
  periodId: 'Period',
  accountId: 'Account id',
  setAt: 'Set at',
  guards: 'Limits',
  closedOn: 'Last day that it stands open for',
};
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** The part of a change that stands beside what there was. */
export function proposedOf(change: Change): unknown {
  switch (change.kind) {
    case 'policy.set':
      return change.policy;
    case 'hosts.set':
      return { allowedHosts: change.allowedHosts };
    case 'record-type.set':
      return change.recordType;
    case 'secret.set':
      return { name: change.name, value: 'kept in the secret store, shown to nobody' };
    case 'calendar.set':
      return change.calendar;
    case 'account.change':
      return change.set;
    case 'retention.set':
      return inDays(change.keepDays);
    case 'hold.release':
      return { hold: 'ended: what is past its time goes within a day' };
    case 'person.erase':
      return { uid: change.uid, removed: 'name, address, comments, and their free text in the audit log, for ever' };
    default: {
      const { kind: _, ...rest } = change;
      return rest;
    }
  }
}

/** What was there, in the form of what is proposed: a list of hosts stands alone where it is stored, a type has a version. */
export function beforeOf(change: Change, before: unknown): unknown {
  if (change.kind === 'hosts.set') return { allowedHosts: before };
  if (change.kind === 'retention.set') return inDays(before);
  if (change.kind !== 'record-type.set' || typeof before !== 'object' || before === null) return before;
  return Object.fromEntries(Object.entries(before).filter(([key]) => key !== 'version'));
}

/** How long each class is kept; without a number it is for ever. */
function inDays(keepDays: unknown): unknown {
  if (typeof keepDays !== 'object' || keepDays === null) return keepDays;
  return Object.fromEntries(
    Object.entries(keepDays).map(([what, days]) => [what, days === null ? 'for ever' : `${String(days)} days`]),
  );
}

/** What a value says, a fact for each of its fields; none for what is not there. */
export function factsOf(value: unknown): Fact[] {
  if (typeof value !== 'object' || value === null) return [];
  return (
    Object.entries(value)
      // How many administrators are left is said where it comes to that.
      .filter(([key, inner]) => !HIDDEN.has(key) && !(key === 'adminsLeft' && inner === null))
      .map(([key, inner]) => ({
        label: LABELS[key] ?? inWords(key),
        lines: linesOf(key, inner),
        ...(key === 'uid' ? { member: true as const } : {}),
      }))
  );
}

/** Bookkeeping of the documents, and not of what they say. */
const HIDDEN: ReadonlySet<string> = new Set(['createdAt', 'connector']);

function linesOf(key: string, value: unknown): string[] {
  if (value === null || value === undefined) return ['Nothing'];
  if (typeof value === 'boolean') return [value ? 'yes' : 'no'];
  if (key === 'days' || key === 'weekend') return list(value).map((day) => DAYS[Number(day) - 1] ?? String(day));
  if (key === 'guards') {
    const guards = z.array(guardSchema).safeParse(value);
    if (guards.success) return guards.data.length === 0 ? ['No limit'] : guards.data.map(guardInWords);
  }
  if (Array.isArray(value)) return value.length === 0 ? ['Nothing'] : value.map((one) => oneLine(one));
  if (typeof value === 'object')
    return Object.entries(value).map(
      ([inner, its]) => `${lower(LABELS[inner] ?? inWords(inner))}: ${linesOf(inner, its).join(', ')}`,
    );
  return [text(value)];
}

/** An object in a list, such as a field of a record type, with its name first. */
function oneLine(value: unknown): string {
  if (typeof value !== 'object' || value === null) return text(value);
  const { name, ...others } = value as Record<string, unknown>;
  const said = Object.entries(others).map(([key, its]) => `${lower(inWords(key))} ${linesOf(key, its).join(', ')}`);
  return [...(name === undefined ? [] : [text(name)]), ...said].join(', ');
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `timeZone` as `Time zone`. */
function inWords(key: string): string {
  const spaced = key.replace(/([a-z])([A-Z])/g, (_, one: string, two: string) => `${one} ${two.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function lower(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}
