import { AppError } from '../errors.ts';
import { bytesToHex } from '@noble/hashes/utils.js';
import { parseWitnessKey, type Witness } from './cosignature.ts';

/**
 * A policy in the format of C2SP `tlog-policy` (https://c2sp.org/tlog-policy): who is to cosign checkpoints, and how many
 * of them are enough.
 *
 *     witness north witness.example.com/north+1a2b3c4d+BASE64 https://witness.example.com/north
 *     witness south other.example.org/w+5e6f7a8b+BASE64 https://other.example.org/w
 *     group both all north south
 *     quorum both
 */
export interface WitnessPolicy {
  readonly witnesses: readonly PolicyWitness[];
  readonly quorum: Quorum;
  /** Its `log` lines: verifier keys, as they are written. */
  readonly logs: readonly string[];
}

export interface PolicyWitness extends Witness {
  /** What the policy calls it; `name` is that of its key. */
  readonly alias: string;
  /** The submission prefix, without a slash at its end; null where the policy is only for verification. */
  readonly url: string | null;
}

/** A witness by its alias, or so many of the members; a group of none needs nobody. */
export type Quorum =
  | { readonly kind: 'witness'; readonly alias: string }
  | { readonly kind: 'group'; readonly name: string; readonly threshold: number; readonly members: readonly Quorum[] };

export const NO_QUORUM: Quorum = { kind: 'group', name: 'none', threshold: 0, members: [] };
export const NO_WITNESSES: WitnessPolicy = { witnesses: [], quorum: NO_QUORUM, logs: [] };

/** As many as the format wants every reader to take. */
const MAX_NAMES = 32;
const MAX_ALIAS = 100;

/** @throws AppError `invalid_argument` naming the line that is not of the format */
export function parseWitnessPolicy(text: string): WitnessPolicy {
  const known = new Map<string, Quorum>();
  const witnesses: PolicyWitness[] = [];
  const logs: string[] = [];
  let quorum: Quorum | null = null;
  for (const [at, line] of text.split('\n').entries()) {
    const [keyword, ...words] = line.split(/[ \t\r]+/).filter((word) => word !== '');
    if (keyword === undefined || keyword.startsWith('#')) continue;
    const wrong = (how: string): AppError =>
      new AppError('invalid_argument', `Line ${at + 1} of the witness policy: ${how}`);
    if (keyword === 'log' && (words.length === 1 || words.length === 2)) logs.push(words[0] as string);
    else if (keyword === 'witness' && (words.length === 2 || words.length === 3)) {
      const witness = witnessOf(words, wrong);
      claim(known, witness.alias, { kind: 'witness', alias: witness.alias }, wrong);
      if (witnesses.some((one) => bytesToHex(one.publicKey) === bytesToHex(witness.publicKey)))
        throw wrong('another witness has the same key');
      // Cosignatures are told apart by it.
      if (witnesses.some((one) => one.name === witness.name)) throw wrong('another key has the same name');
      witnesses.push(witness);
    } else if (keyword === 'group' && words.length >= 3) {
      const group = groupOf(words, known, wrong);
      claim(known, group.name, group, wrong);
    } else if (keyword === 'quorum' && words.length === 1) {
      if (quorum !== null) throw wrong('there is a quorum already');
      quorum = words[0] === 'none' ? NO_QUORUM : (known.get(words[0] as string) ?? null);
      if (quorum === null) throw wrong(`nothing is called ${words[0]}`);
    } else throw wrong(`"${keyword}" does not begin a line of this form`);
  }
  if (quorum === null) throw new AppError('invalid_argument', 'The witness policy has no quorum line');
  return { witnesses, quorum, logs };
}

type Wrong = (how: string) => AppError;

function witnessOf([alias = '', key = '', url]: readonly string[], wrong: Wrong): PolicyWitness {
  try {
    return { alias, ...parseWitnessKey(key), url: url === undefined ? null : witnessUrl(url) };
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

/** @throws AppError `invalid_argument` unless it is https, or http on this machine, and nothing but a prefix */
export function witnessUrl(text: string): string {
  const url = URL.parse(text);
  const onThisMachine = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && onThisMachine)))
    throw new AppError('invalid_argument', `${text} is not https (http is for witnesses on this machine)`);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new AppError('invalid_argument', `${text} has more than a host and a path`);
  return url.href.replace(/\/+$/, '');
}

function groupOf(
  [name = '', how = '', ...members]: readonly string[],
  known: ReadonlyMap<string, Quorum>,
  wrong: Wrong,
): Quorum & { kind: 'group' } {
  const threshold = how === 'any' ? 1 : how === 'all' ? members.length : /^[1-9]\d?$/.test(how) ? Number(how) : 0;
  if (threshold < 1 || threshold > members.length) throw wrong(`${how} of ${members.length} is no threshold`);
  if (new Set(members).size !== members.length) throw wrong('a member is named twice');
  return {
    kind: 'group',
    name,
    threshold,
    members: members.map((member) => {
      const one = known.get(member);
      if (one === undefined) throw wrong(`nothing is called ${member}`);
      return one;
    }),
  };
}

function claim(known: Map<string, Quorum>, name: string, what: Quorum, wrong: Wrong): void {
  if (name === 'none' || name.length > MAX_ALIAS || known.has(name)) throw wrong(`the name ${name} can't be used`);
  if (known.size >= 2 * MAX_NAMES) throw wrong('there are more names than are taken');
  known.set(name, what);
}

/** Some witnesses by their keys alone, of whom `threshold` are enough. @throws AppError `invalid_argument` */
export function policyOfKeys(keys: readonly string[], threshold: number): WitnessPolicy {
  if (threshold > keys.length)
    throw new AppError('invalid_argument', `A quorum of ${threshold} needs the keys of as many witnesses`);
  const lines = keys.map((key, at) => `witness ${at} ${key.trim()}`);
  const rule = threshold === 0 ? 'quorum none' : `group q ${threshold} ${keys.map((_, at) => at).join(' ')}\nquorum q`;
  const policy = parseWitnessPolicy(`${lines.join('\n')}\n${rule}\n`);
  const aliases = new Map(policy.witnesses.map(({ alias, name }) => [alias, name]));
  return {
    ...policy,
    witnesses: policy.witnesses.map((witness) => ({ ...witness, alias: witness.name })),
    quorum: renamed(policy.quorum, aliases),
  };
}

function renamed(quorum: Quorum, aliases: ReadonlyMap<string, string>): Quorum {
  return quorum.kind === 'witness'
    ? { kind: 'witness', alias: aliases.get(quorum.alias) ?? quorum.alias }
    : { ...quorum, members: quorum.members.map((member) => renamed(member, aliases)) };
}

/** Whether these witnesses, by their aliases, are enough. */
export function isEnough(quorum: Quorum, cosigned: ReadonlySet<string>): boolean {
  if (quorum.kind === 'witness') return cosigned.has(quorum.alias);
  return quorum.members.filter((member) => isEnough(member, cosigned)).length >= quorum.threshold;
}

/** The rule in words: `2 of (north, south, east)`; empty when nobody is needed. */
export function quorumInWords(quorum: Quorum): string {
  if (quorum.kind === 'witness') return quorum.alias;
  if (quorum.threshold === 0) return '';
  return `${quorum.threshold} of (${quorum.members.map(quorumInWords).join(', ')})`;
}
