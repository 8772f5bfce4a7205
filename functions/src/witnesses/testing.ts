import { generateKeyPairSync } from 'node:crypto';
import { witnessKey } from '@countersign/domain/audit/cosignature';
import { parseWitnessPolicy } from '@countersign/domain/audit/witness-policy';
import type { RawAnswer } from '@countersign/domain/audit/witness-protocol';
import { AppError } from '@countersign/domain/errors';
import { isOurs, StandInWitness, type Seen } from '../../../scripts/local/witness/witness.ts';
import { keySigner } from '../streams/signer.ts';
import type { Signer, Witnesses } from '../streams/index.ts';

/** For tests: a witness in memory, of which every answer can be replaced. */
export class TestWitness {
  readonly name: string;
  readonly url: string;
  readonly signer: Signer;
  readonly seen = new Map<string, Seen>();
  readonly requests: string[] = [];
  /** The first line of each answer. */
  readonly answers: string[] = [];
  /** Instead of its own answer. */
  instead: ((body: string) => Promise<RawAnswer>) | null = null;
  /** The clock by which it signs. */
  now: () => Date;
  #witness: StandInWitness;

  constructor(alias: string, world: { readonly signer: Signer; readonly now: () => Date }) {
    this.name = `${alias}.example/w`;
    this.url = `https://${alias}.example/w`;
    this.now = world.now;
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    this.signer = keySigner(async () => pem);
    this.#witness = new StandInWitness({
      name: this.name,
      signer: this.signer,
      seen: this.seen,
      persist: async () => undefined,
      now: () => this.now(),
      trusts: async (origin) => (isOurs(origin) ? world.signer.publicKey() : null),
    });
  }

  async key(): Promise<string> {
    return witnessKey({ name: this.name, publicKey: await this.signer.publicKey() });
  }

  /** Its own answer. */
  async own(body: string): Promise<RawAnswer> {
    return this.#witness.addCheckpoint(body);
  }

  async ask(body: string): Promise<RawAnswer> {
    this.requests.push(body);
    const answer = await (this.instead ?? ((sent: string) => this.own(sent)))(body);
    this.answers.push(`${answer.status} ${answer.body.split('\n')[0] ?? ''}`);
    return answer;
  }
}

/** These witnesses, of whom `quorum` are enough. */
export async function witnessesOf(witnesses: readonly TestWitness[], quorum = witnesses.length): Promise<Witnesses> {
  const lines = await Promise.all(witnesses.map(async (one, at) => `witness w${at} ${await one.key()} ${one.url}`));
  const names = witnesses.map((_, at) => `w${at}`).join(' ');
  return {
    policy: parseWitnessPolicy(`${lines.join('\n')}\ngroup q ${quorum} ${names}\nquorum q\n`),
    ask: async (url, body) => {
      const found = witnesses.find((one) => one.url === url);
      if (found === undefined) throw new AppError('unavailable', `${url} can not be reached`, { retryable: true });
      return found.ask(body);
    },
  };
}
