import { isInForce, standInsOf } from '@countersign/domain/approval/delegation';
import type { SigningFacts } from '@countersign/domain/approval/may-sign';
import { paths } from '@countersign/domain/paths';
import { payeeOf } from '@countersign/domain/plan/effect-facts';
import { delegationSchema, type Delegation } from '@countersign/domain/schemas/delegation';
import { pageSchema } from '@countersign/domain/schemas/effect';
import type { Execution, Plan } from '@countersign/domain/schemas/execution';
import type { Member } from '@countersign/domain/schemas/organization';
import { refs } from '../refs.ts';
import { readAll, type Transaction } from '../store/database.ts';
import { rollupId } from './rollups.ts';

/** Delegations of one person that may run at once, on either side; `setDelegation` allows no more. */
export const MAX_DELEGATIONS = 20;
const PAGES_A_READ = 20;

type Reader = Pick<Transaction, 'get' | 'getAll' | 'query'>;

/** All that may keep this member from signing this plan, or lets them sign for somebody, read now. */
export async function signingFacts(
  from: Reader,
  orgId: string,
  execution: Execution,
  plan: Plan,
  member: Member,
  now: string,
): Promise<SigningFacts> {
  const delegations = await delegationsAround(from, orgId, member.uid, now);
  const uids = [...new Set(delegations.flatMap(({ fromUid, toUid }) => [fromUid, toUid]))].filter(
    (uid) => uid !== member.uid,
  );
  const others = (
    await readAll(
      from,
      uids.map((uid) => refs.member(orgId, uid)),
    )
  ).filter((one) => one !== null);
  return {
    editors: await editorsOf(from, orgId, execution),
    payees: await paidPeople(from, orgId, execution, plan, [member, ...others]),
    standIns: standInsOf(member.uid, delegations, others, now),
  };
}

/** Those that name this person, and those that name one for whom this person stands. */
async function delegationsAround(from: Reader, orgId: string, uid: string, now: string): Promise<Delegation[]> {
  const own = await delegationsOf(from, orgId, uid, now);
  const lenders = [...new Set(own.filter(({ toUid }) => toUid === uid).map(({ fromUid }) => fromUid))];
  const theirs = await Promise.all(lenders.map((lender) => delegationsOf(from, orgId, lender, now)));
  return [...new Map([...own, ...theirs.flat()].map((delegation) => [delegation.id, delegation])).values()];
}

/** Who stands in for this person now, or for whom this person does: each of them counts as one with this person. */
export async function standInsNow(
  from: Pick<Transaction, 'query'>,
  orgId: string,
  uid: string,
  now: string,
): Promise<ReadonlySet<string>> {
  const inForce = (await delegationsOf(from, orgId, uid, now)).filter((delegation) => isInForce(delegation, now));
  return new Set(inForce.flatMap(({ fromUid, toUid }) => [fromUid, toUid]).filter((other) => other !== uid));
}

/** Delegations from and to a person that have not run out. */
export async function delegationsOf(
  from: Pick<Transaction, 'query'>,
  orgId: string,
  uid: string,
  now: string,
): Promise<Delegation[]> {
  const [given, taken] = await Promise.all([
    from.query({
      collection: paths.delegations(orgId),
      where: [
        ['fromUid', '==', uid],
        ['endsAt', '>', now],
      ],
      orderBy: [['endsAt', 'asc']],
      limit: 2 * MAX_DELEGATIONS,
    }),
    from.query({
      collection: paths.delegations(orgId),
      where: [
        ['toUid', '==', uid],
        ['endsAt', '>', now],
      ],
      orderBy: [['endsAt', 'asc']],
      limit: 2 * MAX_DELEGATIONS,
    }),
  ]);
  return [...given, ...taken].map(({ data }) => delegationSchema.parse(data));
}

/** Who uploaded the input files. */
async function editorsOf(from: Reader, orgId: string, execution: Execution): Promise<SigningFacts['editors']> {
  const files = await readAll(
    from,
    execution.inputs.map(({ fileId }) => refs.file(orgId, fileId)),
  );
  return files.flatMap((file) => (file?.uploadedBy == null ? [] : [{ uid: file.uploadedBy, file: file.name }]));
}

/** Which of these people are linked to an account that the plan pays. */
async function paidPeople(
  from: Reader,
  orgId: string,
  execution: Execution,
  plan: Plan,
  people: readonly Member[],
): Promise<SigningFacts['payees']> {
  const linked = people.flatMap(({ uid, payeeAccounts }) => payeeAccounts.map((account) => ({ uid, account })));
  if (linked.length === 0) return [];
  const paid = await paidAccounts(from, orgId, execution, plan, [...new Set(linked.map(({ account }) => account))]);
  return linked.filter(({ account }) => paid.has(account));
}

/** Each payee's rollup names the executions that pay it; where it no longer names all, the plan's pages are read. */
async function paidAccounts(
  from: Reader,
  orgId: string,
  execution: Execution,
  plan: Plan,
  accounts: readonly string[],
): Promise<ReadonlySet<string>> {
  const rollups = await readAll(
    from,
    accounts.map((account) => refs.rollup(orgId, rollupId('payee', account))),
  );
  const isNamed = (at: number): boolean => rollups[at]?.executionIds.includes(execution.id) === true;
  const doubtful = plan.traits === null || rollups.some((rollup, at) => rollup?.folded === true && !isNamed(at));
  return doubtful ? accountsInPages(from, orgId, execution, plan) : new Set(accounts.filter((_, at) => isNamed(at)));
}

async function accountsInPages(
  from: Reader,
  orgId: string,
  execution: Execution,
  plan: Plan,
): Promise<ReadonlySet<string>> {
  const accounts = new Set<string>();
  for (let start = 0; start < plan.pageCount; start += PAGES_A_READ) {
    const indexes = Array.from({ length: Math.min(PAGES_A_READ, plan.pageCount - start) }, (_, at) => start + at);
    const pages = await from.getAll(indexes.map((index) => paths.page(orgId, execution.id, plan.attempt, index)));
    for (const page of pages)
      for (const effect of pageSchema.safeParse(page?.data).data?.effects ?? []) {
        const payee = payeeOf(effect);
        if (payee !== null) accounts.add(payee.account);
      }
  }
  return accounts;
}
