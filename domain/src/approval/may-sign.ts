import type { Role } from '../schemas/common.ts';
import type { ApprovalLevel } from '../schemas/policy.ts';
import { currentLevel, type Signature } from './levels.ts';
import type { StandIn } from './delegation.ts';

export interface Signer {
  readonly uid: string;
  readonly active: boolean;
  readonly roles: readonly Role[];
}

/** Facts beside the execution that decide who may sign. What is left out can exclude nobody: the server gives all. */
export interface SigningFacts {
  /** Who uploaded an input file of the run. */
  readonly editors: readonly { readonly uid: string; readonly file: string }[];
  /** Members to whom an account belongs that the plan pays. */
  readonly payees: readonly { readonly uid: string; readonly account: string }[];
  /** Those who stand for the signer now, or for whom the signer stands. They count as one person with the signer. */
  readonly standIns: readonly StandIn[];
}
export const NO_FACTS: SigningFacts = { editors: [], payees: [], standIns: [] };

export type SignerDecision =
  /** `forUid`: the one in whose role a delegate signs. */
  | { readonly may: true; readonly level: number; readonly role: Role; readonly forUid: string | null }
  | {
      readonly may: false;
      readonly code: 'self_approval' | 'already_signed' | 'permission_denied' | 'failed_precondition';
      readonly reason: string;
    };

type Refusal = Extract<SignerDecision, { may: false }>;
const refuse = (code: Refusal['code'], reason: string): Refusal => ({ may: false, code, reason });

/** Whether this member may sign now, and why not. The same function decides on the server and explains in the browser. */
export function maySign(
  member: Signer,
  execution: { readonly state: string; readonly requestedBy: string },
  levels: readonly ApprovalLevel[],
  signatures: readonly Signature[],
  facts: SigningFacts = NO_FACTS,
): SignerDecision {
  if (execution.state !== 'awaiting_approval')
    return refuse('failed_precondition', 'This run is not waiting for a signature.');
  if (!member.active) return refuse('permission_denied', 'Your membership is not active.');
  const excluded = ownConflict(member, execution.requestedBy, facts) ?? standInConflict(execution.requestedBy, facts);
  if (excluded !== null) return excluded;
  const signed = signedAlready(member, signatures, facts);
  if (signed !== null) return signed;
  const level = currentLevel(levels, signatures);
  const needed = level === null ? undefined : levels[level];
  if (level === null || needed === undefined) return refuse('failed_precondition', 'All signatures are given.');
  if (member.roles.includes(needed.role)) return { may: true, level, role: needed.role, forUid: null };
  return asDelegate(level, needed.role, execution.requestedBy, signatures, facts);
}

/** In the role of somebody whom the member stands for, and whom nothing excludes either. */
function asDelegate(
  level: number,
  role: Role,
  requestedBy: string,
  signatures: readonly Signature[],
  facts: SigningFacts,
): SignerDecision {
  const lenders = facts.standIns.filter((other) => other.lends.includes(role));
  if (lenders.length === 0) return refuse('permission_denied', `Signing this run takes the role ${role}.`);
  const free = lenders.find(({ others }) => others.every((uid) => !isInvolved(uid, requestedBy, signatures, facts)));
  return free === undefined
    ? refuse('self_approval', 'The one you stand for counts as one with somebody who has a part in this run already.')
    : { may: true, level, role, forUid: free.uid };
}

function isInvolved(
  uid: string,
  requestedBy: string,
  signatures: readonly Signature[],
  { editors, payees }: SigningFacts,
): boolean {
  return (
    uid === requestedBy ||
    [...editors, ...payees].some((one) => one.uid === uid) ||
    signatures.some((signature) => signature.uid === uid || signature.forUid === uid)
  );
}

function ownConflict({ uid }: Signer, requestedBy: string, { editors, payees }: SigningFacts): Refusal | null {
  if (uid === requestedBy) return refuse('self_approval', 'You asked for this run, so somebody else must sign it.');
  const file = editors.find((editor) => editor.uid === uid)?.file;
  if (file !== undefined)
    return refuse('self_approval', `You uploaded ${file}, which this run reads, so somebody else must sign it.`);
  const account = payees.find((payee) => payee.uid === uid)?.account;
  return account === undefined
    ? null
    : refuse('self_approval', `This run pays ${account}, which is linked to you, so somebody else must sign it.`);
}

/** A delegate and the one he stands for are one person: what excludes the one excludes the other. */
function standInConflict(requestedBy: string, { editors, payees, standIns }: SigningFacts): Refusal | null {
  const others = new Set(standIns.map((other) => other.uid));
  const one = (what: string): Refusal =>
    refuse('self_approval', `You and the one ${what} stand in for each other, so somebody else must sign it.`);
  if (others.has(requestedBy)) return one('who asked for this run');
  const file = editors.find((editor) => others.has(editor.uid))?.file;
  if (file !== undefined) return one(`who uploaded ${file}, which this run reads,`);
  const account = payees.find((payee) => others.has(payee.uid))?.account;
  return account === undefined ? null : one(`to whom ${account} is linked, which this run pays,`);
}

function signedAlready({ uid }: Signer, signatures: readonly Signature[], { standIns }: SigningFacts): Refusal | null {
  if (signatures.some((signature) => signature.uid === uid))
    return refuse('already_signed', 'You have signed this run already.');
  if (signatures.some((signature) => signature.forUid === uid))
    return refuse('already_signed', 'Your delegate has signed this run for you already.');
  const others = new Set(standIns.map((other) => other.uid));
  return signatures.some(({ uid: by, forUid }) => others.has(by) || (forUid != null && others.has(forUid)))
    ? refuse(
        'already_signed',
        'Somebody has signed this run who stands in for you, or you for them: the two of you count as one.',
      )
    : null;
}
