import { derivedId } from '@countersign/domain/hash';
import { objectPaths, paths } from '@countersign/domain/paths';
import type { CommandInput, CommandName, CommandResults } from '@countersign/domain/schemas/commands';
import type { Role } from '@countersign/domain/schemas/common';
import type { AuditEvent } from '@countersign/domain/schemas/audit';
import type { Outcome } from '@countersign/domain/schemas/effect';
import type { Execution } from '@countersign/domain/schemas/execution';
import type { StoredFile } from '@countersign/domain/schemas/file';
import type { Policy } from '@countersign/domain/schemas/policy';
import type { Plugin } from '@countersign/plugin-sdk';
import stripePayout from '../../../../plugins/stripe-payout/src/index.ts';
import { commands } from '../../commands/index.ts';
import { runCommand, type Command } from '../../commands/run-command.ts';
import { registerUpload } from '../../files/register-upload.ts';
import { refs } from '../../refs.ts';
import { read } from '../../store/database.ts';
import { memoryDatabase } from '../../store/memory-database.ts';
import { testWorld, type TestWorld } from '../../streams/test-kit.ts';
import { ChangeSet } from '../change-set.ts';
import type { HttpCaller } from '../../effects/http-caller.ts';
import type { Deps } from '../deps.ts';
import { runTick } from '../tick.ts';
import { readPages } from '../outcomes.ts';
import { runWork } from '../worker.ts';
import { foundOrganization } from './found-organization.ts';
import { inProcess } from './in-process-plugin.ts';
import { memoryObjects, type MemoryObjects } from './memory-objects.ts';
import { memorySecrets } from './memory-secrets.ts';
import { ScriptedProvider } from './scripted-provider.ts';
import { silenceLog } from './settings.ts';

silenceLog();

export const ORG = 'acme';
export const FOREIGN_ORG = 'globex';

/** By uid; `otto` may ask and sign, `ina` has left. */
export const MEMBERS: Readonly<Record<string, readonly Role[]>> = {
  olivia: ['operator'],
  amir: ['approver'],
  bea: ['approver', 'treasurer'],
  edith: ['executive'],
  ada: ['admin'],
  otto: ['operator', 'approver'],
  ina: ['operator', 'approver', 'admin'],
};
export const ALPHA = 'acct_Alpha';
export const BRAVO = 'acct_Bravo';
export const CHARLIE = 'acct_Charlie';

const MAX_WAKES = 200;

export interface WorldOptions {
  /** The sandbox and the built plugins instead of the plugin in this process. */
  readonly plugins?: Pick<Deps, 'catalogue' | 'runPlugin'>;
  readonly levels?: Policy['rules'][number]['levels'];
}

/** An organization with members, policy, ledger and three connected accounts, all in memory, in a time of its own. */
export class World {
  readonly db: ReturnType<typeof memoryDatabase>;
  readonly clock: TestWorld;
  readonly provider = new ScriptedProvider();
  readonly objects: MemoryObjects = memoryObjects();
  /** Executions that somebody was asked to work on, and nobody has yet. */
  readonly wakes: string[] = [];
  /** Wake-ups that come from now on are lost. */
  dropWakes = false;
  /** The other systems that effects may call. */
  http: HttpCaller = async () => ({ status: 'failed', code: 'http_404', message: 'Nobody is there', retryable: false });
  readonly secrets = memorySecrets(() => this.clock.now());
  readonly deps: Deps;
  #ids = 0;

  private constructor(plugins: Pick<Deps, 'catalogue' | 'runPlugin'>) {
    this.db = memoryDatabase();
    this.clock = testWorld(this.db);
    this.deps = {
      db: this.db,
      objects: this.objects,
      streams: this.clock,
      provider: this.provider,
      http: (request) => this.http(request),
      secrets: this.secrets,
      ...plugins,
      // No two things happen in the same millisecond: the order of what is written is the order of what was done.
      now: () => (this.clock.pass(1), this.clock.now()),
      newId: () => derivedId('test-id', String((this.#ids += 1))),
      wake: async (_, workId) => {
        if (!this.dropWakes) this.wakes.push(workId);
      },
    };
  }

  static async open(options: WorldOptions = {}): Promise<World> {
    const world = new World(options.plugins ?? inProcess(stripePayout as Plugin));
    world.provider
      .open(ALPHA, { USD: 500_000n, EUR: 100_000n })
      .open(BRAVO, { USD: 300_000n, JPY: 900_000n })
      .open(CHARLIE, { KWD: 5_000_000n });
    await world.#found(options.levels ?? [{ role: 'approver', people: 1 }]);
    return world;
  }

  /** Upload a file, as a client and the Storage trigger would. */
  async upload(content: string | Uint8Array, name = 'payouts.csv', orgId: string = ORG): Promise<StoredFile> {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const path = objectPaths.upload(orgId, 'olivia', this.deps.newId(), name);
    const generation = this.objects.put(path, bytes);
    await registerUpload(this.deps, { path, generation, sizeBytes: bytes.length, declaredType: 'text/csv' });
    const file = await read(this.db, refs.file(orgId, derivedId('file', path, generation)));
    if (file === null) throw new Error('the upload left no file');
    return file;
  }

  async command<N extends CommandName>(
    uid: string | null,
    name: N,
    input: Omit<CommandInput<N>, 'orgId' | 'idempotencyKey'>,
    key: string = this.deps.newId(),
    orgId: string = ORG,
  ): Promise<CommandResults[N]> {
    const command = commands[name] as unknown as Command<N, unknown>;
    return runCommand(this.deps, command, uid === null ? null : { uid }, { orgId, idempotencyKey: key, ...input });
  }

  /** A change that one proposes and another decides. */
  async agree(change: CommandInput<'proposeChange'>['change'], proposer = 'ada', decider = 'edith'): Promise<void> {
    const reason = 'They have agreed on it';
    const { proposalId } = await this.command(proposer, 'proposeChange', { change, reason });
    const proposal = await read(this.db, refs.proposal(ORG, proposalId));
    if (proposal?.state !== 'open') throw new Error(`nobody else decides on it: it is ${String(proposal?.state)}`);
    const { digest } = proposal;
    await this.command(decider, 'decideChange', { proposalId, digest, decision: 'approve', reason });
  }

  /** Upload and ask. @returns the execution's id */
  async request(
    csv: string | Uint8Array,
    parameters: Readonly<Record<string, unknown>> = {},
    uid = 'olivia',
  ): Promise<string> {
    const file = await this.upload(csv);
    return (
      await this.command(uid, 'requestExecution', {
        operationId: 'stripe-payout',
        parameters: { file: file.id, ...parameters },
      })
    ).executionId;
  }

  /** Ask, and have it planned. */
  async plan(csv: string | Uint8Array, parameters: Readonly<Record<string, unknown>> = {}): Promise<Execution> {
    const id = await this.request(csv, parameters);
    await this.work();
    return this.execution(id);
  }

  async approve(execution: Execution, uid = 'amir'): Promise<void> {
    await this.command(uid, 'approveExecution', {
      executionId: execution.id,
      digest: execution.plan?.digest ?? '0'.repeat(64),
    });
  }

  /** Plan, sign and apply, with nothing in the way. */
  async payOut(csv: string | Uint8Array, parameters: Readonly<Record<string, unknown>> = {}): Promise<Execution> {
    const planned = await this.plan(csv, parameters);
    await this.approve(planned);
    await this.work();
    return this.execution(planned.id);
  }

  /** Answer all wake-ups, and those that come meanwhile, one after the other. */
  async work(deps: Deps = this.deps): Promise<void> {
    for (let answered = 0; this.wakes.length > 0; answered += 1) {
      if (answered > MAX_WAKES) throw new Error('the work never ends');
      await runWork(deps, ORG, this.wakes.shift() ?? '');
    }
  }

  /** Let time pass, and everything that is due then be done. */
  async later(ms: number): Promise<void> {
    this.clock.pass(ms);
    await runTick(this.deps);
    await this.work();
  }

  async execution(id: string): Promise<Execution> {
    const execution = await read(this.db, refs.execution(ORG, id));
    if (execution === null) throw new Error(`there is no execution ${id}`);
    return execution;
  }

  async outcomes(execution: Execution): Promise<Outcome[]> {
    const found: Outcome[] = [];
    if (execution.plan === null) return found;
    for await (const page of readPages(this.deps, ORG, execution.id, execution.plan))
      found.push(...(page.settled?.outcomes ?? []));
    return found;
  }

  /** References that are taken, with the execution that holds each. */
  claims(): Record<string, string> {
    const held = this.documents('claims').filter((claim) => claim['executionId'] !== null);
    return Object.fromEntries(held.map((claim) => [String(claim['reference']), String(claim['executionId'])]));
  }

  audit(): AuditEvent[] {
    return (this.documents('audit') as unknown as AuditEvent[]).sort((a, b) => a.seq - b.seq);
  }

  /** All documents of one collection below the organization. */
  documents(collection: string): Record<string, unknown>[] {
    const depth = paths.organization(ORG).split('/').length + 2;
    const within = `${paths.organization(ORG)}/${collection}/`;
    return this.db
      .dump()
      .filter(({ path }) => path.startsWith(within) && path.split('/').length === depth)
      .map(({ data }) => data);
  }

  async setPolicy(levels: Policy['rules'][number]['levels']): Promise<void> {
    const policy = await read(this.db, refs.policy(ORG, 'payments'));
    if (policy === null) throw new Error('there is no policy');
    const change = new ChangeSet(
      ORG,
      `set-policy-${policy.version}`,
      { kind: 'system', part: 'seed' },
      this.clock.at(),
    );
    change.change(refs.policy(ORG, 'payments'), policy, { rules: [{ name: 'All money', when: {}, levels }] });
    await this.db.commit(change.toWrites('policy.set'));
  }

  async setMember(uid: string, fields: { roles?: Role[]; active?: boolean }): Promise<void> {
    const member = await read(this.db, refs.member(ORG, uid));
    if (member === null) throw new Error(`there is no ${uid}`);
    const change = new ChangeSet(
      ORG,
      `set-member-${uid}-${member.version}`,
      { kind: 'system', part: 'seed' },
      this.clock.at(),
    );
    change.change(refs.member(ORG, uid), member, fields);
    await this.db.commit(change.toWrites('member.added'));
  }

  async #found(levels: Policy['rules'][number]['levels']): Promise<void> {
    await foundOrganization(this.deps, ORG, { members: MEMBERS, inactive: ['ina'], levels });
    await foundOrganization(this.deps, FOREIGN_ORG, { members: { frida: ['operator', 'approver', 'admin'] }, levels });
    await this.command('ada', 'openConnectedAccounts', { accounts: [...this.provider.accounts.keys()] });
  }
}

/** A payouts file: one row each of reference, account, amount, currency. */
export function csvOf(
  rows: readonly (readonly [reference: string, account: string, amount: string, currency: string])[],
): string {
  return ['reference,account,amount,currency,description', ...rows.map((row) => [...row, 'test'].join(','))].join(
    '\r\n',
  );
}
