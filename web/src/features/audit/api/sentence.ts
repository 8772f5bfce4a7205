import { plural } from '@countersign/domain/plan/sentence';
import type { AuditEventBody, AuditEventType } from '@countersign/domain/schemas/audit';

type Facts = Readonly<Record<string, string>>;

/** What the actor did, to be read behind his name: "signed the plan of 198 payouts". Unknown facts are left out. */
export function describeEvent(body: Pick<AuditEventBody, 'type' | 'data'>, personal: Facts): string {
  return SENTENCES[body.type]({ ...body.data, ...personal });
}

/** Parts of the platform that act by themselves. */
export const PART_WORDS = {
  engine: 'The engine',
  tick: 'The clock',
  ledger: 'The ledger',
  audit: 'The audit log',
  files: 'The file check',
  seed: 'The set-up',
} as const;

const SENTENCES: Readonly<Record<AuditEventType, (facts: Facts) => string>> = {
  'organization.created': () => 'set up the organization',
  'organization.stopped': (f) => `stopped everything${because(f)}`,
  'organization.resumed': (f) => `lifted the stop${because(f)}`,
  'member.added': (f) => `added ${f.name ?? 'a member'}${f.roles === undefined ? '' : ` as ${f.roles}`}`,
  'member.linked': (f) => `said which payees’ accounts belong to a member${because(f)}`,
  'notifications.read': (f) => `read ${count(f.count, 'message')}`,
  'delegation.set': (f) =>
    `let somebody sign for somebody else${f.roles === undefined ? '' : ` as ${f.roles.replaceAll(' ', ', ')}`}${f.endsAt === undefined ? '' : ` until ${f.endsAt.slice(0, 10)}`}${because(f)}`,
  'delegation.ended': () => 'took a delegation back',
  'rate.set': (f) =>
    `recorded an exchange rate${quoted(f.rate)}${f.value === undefined ? '' : ` of ${f.value}`}${f.source === undefined ? '' : `, from ${f.source}`}`,
  'plugin.installed': (f) => `installed the plugin${quoted(join(f.name ?? f.plugin, f.version))}`,
  'operation.configured': (f) => `set up the operation${quoted(f.title ?? f.operation)}`,
  'policy.set': (f) => `set the approval policy${quoted(f.name ?? f.policy)}`,
  'change.proposed': (f) => `proposed a change${quoted(f.title)}${because(f)}`,
  'change.applied': (f) => `put a change into force${quoted(f.title)}${because(f)}`,
  'change.rejected': (f) => `refused a change${quoted(f.title)}${because(f)}`,
  'change.withdrawn': (f) => `took back a proposed change${quoted(f.title)}`,
  'plugin.uploaded': (f) => `uploaded the plugin${quoted(join(f.plugin, f.version))}`,
  'plugin.retired': (f) => `retired the plugin${quoted(join(f.plugin, f.version))}${because(f)}`,
  'accounts.opened': (f) => `opened ${count(f.accounts ?? f.opened ?? f.count, 'ledger account')}`,
  'statement.issued': (f) =>
    `issued a statement${f.kind === undefined ? '' : `: ${words(f.kind)}`}${f.format === undefined ? '' : `, as ${f.format.toUpperCase()}`}${f.knownAt === undefined ? '' : `, as known on ${f.knownAt}`}`,
  'statement_settings.set': (f) => `set which accounts are cash, and the financial year${because(f)}`,
  'periods.opened': (f) => `opened ${count(f.opened ?? f.count, 'period')} of the ledger`,
  'evidence.requested': (f) => `asked for ${exported(f)}`,
  'evidence.exported': (f) => `made ${exported(f)}${quoted(f.name)}`,
  'evidence.failed': (f) => `could not make ${exported(f)}${f.code === undefined ? '' : ` (${words(f.code)})`}`,
  'view.downloaded': (f) =>
    `saved ${f.view === 'register' ? `${count(f.rows, 'line')} of the register of${named(f.account, 'an account')}` : `${count(f.rows, 'balance')}`} as a CSV file`,
  'command.denials_counted': (f) =>
    `counted ${count(f.count, 'more refused request')}${f.command === undefined ? '' : ` of ${words(f.command)}`}`,
  'journals.expired': (f) => `voided ${count(f.count, 'pending journal')} whose time was over`,
  'check.begun': () => 'began to check both logs anew, from their first record on',
  'check.failed': (f) =>
    `found in its check ${count(f.findings, 'thing')} that ${f.findings === '1' ? 'does' : 'do'} not hold${f.first === undefined ? '' : `; first: ${f.first}`}`,
  'witness.disagreed': (f) =>
    `was told by the witness${quoted(f.witness)} that it has seen another ${f.stream === 'ledger' ? 'ledger' : 'audit log'} under the same name`,
  'hold.placed': (f) => `placed a legal hold${quoted(f.matter)}${f.classes === undefined ? '' : ` on ${f.classes}`}`,
  'retention.applied': (f) =>
    `removed ${count(f.count, 'piece')} of what is no longer kept${f.class === undefined ? '' : ` (${words(f.class)})`}`,
  'person.erased': (f) => `removed ${count(f.removed, 'personal value')} of a former member`,
  'alert.acknowledged': (f) => `looked at an alert${f.message === undefined ? '' : `: ${f.message}`}`,
  'file.uploaded': (f) =>
    `uploaded${named(f.name, 'a file')}${f.revision === undefined ? '' : `, revision ${f.revision}`}${f.rows === undefined ? '' : `, ${count(f.rows, 'row')}`}`,
  'file.refused': (f) => `refused the upload${quoted(f.name)}${f.code === undefined ? '' : ` (${words(f.code)})`}`,
  'file.published': (f) => `published${named(f.name, 'a file')}`,
  'execution.requested': (f) =>
    `asked for a run${f.operation === undefined ? '' : ` of ${f.operation}`}${f.files === undefined || f.files === '' ? '' : ` with ${f.files.replace(/ \([0-9a-f]{64}\)/g, '')}`}`,
  'execution.planned': (f) =>
    `planned ${effects(f)}${f.amounts === undefined || f.amounts === '' ? '' : `, ${f.amounts}`}${f.payees === undefined ? '' : `, to ${count(f.payees, 'payee')}`}${some(f.refused) ? `; ${count(f.refused, 'row')} left out` : ''}`,
  'execution.plan_failed': (f) =>
    `could not plan the run${f.code === undefined ? '' : ` (${words(f.code)})`}${some(f.problems) ? `: ${count(f.problems, 'problem')}` : ''}`,
  'execution.approved': (f) =>
    `signed the plan${f.amounts === undefined ? '' : ` of ${f.amounts}`}${f.role === undefined ? '' : ` as ${f.role}`}${remaining(f)}${f.comment === undefined ? '' : `: “${f.comment}”`}`,
  'execution.rejected': (f) => `rejected the plan${because(f)}`,
  'execution.cancelled': (f) => `cancelled the run${because(f)}${outcome(f)}`,
  'execution.reminded': (f) =>
    `reminded ${count(f.people, 'person').replace('persons', 'people')} that a plan waits for a signature`,
  'execution.expired': () => 'let the plan expire: nobody signed in time',
  'execution.apply_started': () => 'began to do what was signed',
  'execution.page_intended': (f) =>
    `announced ${page(f)} before doing it: ${effects(f)}${f.amounts === undefined ? '' : `, ${f.amounts}`}`,
  'execution.page_settled': (f) => `recorded what became of ${page(f)}${outcome(f)}`,
  'execution.completed': (f) => `finished the run${outcome(f)}`,
  'execution.needs_repair': (f) => `ended the run with something to repair${outcome(f)}`,
  'execution.drifted': (f) =>
    `stopped the run, because the world had changed${f.reason === undefined ? '' : ` (${words(f.reason)})`}${outcome(f)}`,
  'execution.unknown_settled': (f) =>
    `settled unknown outcomes${f.found === undefined ? '' : `: ${f.found} found`}${outcome(f)}`,
  'execution.payout_settled': (f) =>
    `heard that ${count(f.settled, 'payment')} arrived${some(f.amounts) ? `: ${f.amounts}` : ''}`,
  'execution.payout_returned': (f) =>
    `reversed ${count(f.returned, 'payment')} that came back${some(f.amounts) ? `: ${f.amounts}` : ''}`,
  'execution.reported': (f) =>
    `made ${count(f.files, 'result file')}${some(f.comparedAccounts) ? ` and compared ${count(f.comparedAccounts, 'balance')} with Stripe: ${some(f.differences) ? count(f.differences, 'difference') : 'no difference'}` : ''}`,
  'execution.drafts_deleted': (f) => `deleted ${count(f.files, 'file')} that the plan had made and nothing published`,
  'execution.waiting': (f) =>
    `held the run back${WAITS[f.reason ?? ''] ?? ''}${some(f.ahead) ? `; ${count(f.ahead, 'run')} before it` : ''}`,
  'execution.proceeding': () => 'let the run go on: it is its turn',
  'operation.paused': (f) => `paused the operation${quoted(f.operation)}${because(f)}`,
  'operation.resumed': (f) => `let the operation${quoted(f.operation)} go on${because(f)}`,
  'unknown.proposed': (f) =>
    `proposed to settle ${count(f.effects ?? f.count, 'unknown outcome')}${f.finding === undefined ? '' : ` as ${words(f.finding)}`}${because(f)}`,
  'unknown.settled': (f) =>
    `agreed on ${count(f.effects ?? f.count, 'unknown outcome')}${f.finding === undefined ? '' : `: ${words(f.finding)}`}${because(f)}`,
  'unknown.refused': (f) => `refused to settle unknown outcomes${because(f)}`,
  'unknown.superseded': () => 'ended a proposal: the provider has answered meanwhile',
  'organization.rolled_back': () =>
    'found that the database is older than its published checkpoints, and stopped everything',
  'organization.restored': (f) =>
    `recorded that the database came back from a backup${f.lostSince === undefined ? '' : `; lost is what was after ${f.lostSince}`}`,
  'calendar.set': (f) => `set the calendar of business days${quoted(f.name ?? f.calendar)}`,
  'schedule.set': (f) => `set the schedule${quoted(f.title)}${f.cron === undefined ? '' : ` (${f.cron})`}`,
  'schedule.paused': (f) => `paused the schedule${quoted(f.title)}${because(f)}`,
  'schedule.resumed': (f) => `let the schedule${quoted(f.title)} go on`,
  'schedule.deleted': (f) => `deleted the schedule${quoted(f.title)}${because(f)}`,
  'schedule.renewed': (f) => `moved the schedule${quoted(f.title)} to its next time`,
  'schedule.skipped': (f) => `left out a time of the schedule${quoted(f.title)}${because(f)}`,
  'work.stuck': (f) =>
    `could not get on after ${count(f.failures, 'try').replace('trys', 'tries')}, and goes on trying slowly`,
  'command.denied': (f) =>
    f.code === 'unauthenticated'
      ? `refused somebody who had not signed in${f.command === undefined ? '' : ` the command ${f.command}`}`
      : `was refused${f.command === undefined ? '' : ` “${commandWords(f.command)}”`}${f.code === undefined ? '' : ` (${words(f.code)})`}`,
};

const WAITS: Readonly<Record<string, string>> = {
  operation_limit: ' until another run of its operation is through',
  account_busy: ' until another run is through with the same accounts',
  operation_paused: ', because its operation is paused',
  organization_stopped: ', because everything is stopped',
};

function outcome(f: Facts): string {
  const parts = (['succeeded', 'failed', 'unknown', 'untouched'] as const)
    .filter((key) => some(f[key]))
    .map((key) => `${Number(f[key]).toLocaleString('en-US')} ${key === 'succeeded' ? 'done' : key}`);
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

/** What a file is that somebody takes out of the platform. */
function exported(f: Facts): string {
  if (f.about === 'ledger') return `a file of the ledger (${words(f.format ?? 'file')})`;
  const personal = f.personal === 'yes' ? ', with personal values' : '';
  if (f.about === 'execution') return `an evidence pack of a run${personal}`;
  if (f.about === 'consistency') return 'proofs from an older evidence pack to the newest checkpoints';
  if (f.from === undefined || f.to === undefined) return `an evidence pack${personal}`;
  return `an evidence pack of ${f.from === f.to ? f.from : `${f.from} to ${f.to}`}${personal}`;
}

/** Events from before there were other effects count payouts. */
const effects = (f: Facts): string =>
  f.payouts === undefined ? count(f.effects, 'effect') : count(f.payouts, 'payout');
const page = (f: Facts): string => (f.page === undefined ? 'a page' : `page ${f.page}`);
const some = (text: string | undefined): boolean => text !== undefined && text !== '' && text !== '0';
const because = (f: Facts): string => (f.reason === undefined || f.reason === '' ? '' : `: “${f.reason}”`);
const quoted = (text: string | undefined): string => (text === undefined || text === '' ? '' : ` “${text}”`);
const named = (text: string | undefined, otherwise: string): string =>
  text === undefined || text === '' ? ` ${otherwise}` : ` “${text}”`;
const join = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined).join(' ');
/** `proposeChange` as `propose change`. */
const commandWords = (name: string): string => name.replaceAll(/([A-Z])/g, ' $1').toLowerCase();
const words = (code: string): string => code.replaceAll('_', ' ');
const remaining = (f: Facts): string =>
  f.remaining === undefined ? '' : f.remaining === '0' ? ', the last signature' : `, ${f.remaining} to go`;
const count = (text: string | undefined, noun: string): string =>
  text !== undefined && /^\d{1,9}$/.test(text) ? plural(Number(text), noun) : `some ${noun}s`;

/** All types in words for the filter, those of one subject together, in the order of the alphabet. */
export function typeGroups(
  types: readonly AuditEventType[],
): { group: string; items: { value: string; label: string }[] }[] {
  const groups = new Map<string, { value: string; label: string }[]>();
  for (const value of types) {
    const label = typeLabel(value);
    const [group = ''] = label.split(':');
    groups.set(group, [...(groups.get(group) ?? []), { value, label }]);
  }
  return [...groups]
    .map(([group, items]) => ({ group, items: items.toSorted((one, other) => (one.label < other.label ? -1 : 1)) }))
    .toSorted((one, other) => (one.group < other.group ? -1 : 1));
}

/** Types in words, for the filter. */
export function typeLabel(type: AuditEventType): string {
  const [subject = '', verb = ''] = type.split('.');
  return `${subject[0]?.toUpperCase() ?? ''}${words(subject.slice(1))}: ${words(verb)}`;
}
