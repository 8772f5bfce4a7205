import { toBase } from '@countersign/domain/approval/base-amount';
import { isOffHours } from '@countersign/domain/approval/business-hours';
import { assessRisk } from '@countersign/domain/approval/risk';
import { largestOf, windowsOf } from '@countersign/domain/approval/rolling';
import { assert } from '@countersign/domain/errors';
import { payeeOf } from '@countersign/domain/plan/effect-facts';
import { totalsOf } from '@countersign/domain/plan/totals';
import type { Effect } from '@countersign/domain/schemas/effect';
import type { Execution, Plan, Problem, Risk } from '@countersign/domain/schemas/execution';
import type { Organization } from '@countersign/domain/schemas/organization';
import type { Manifest } from '@countersign/domain/schemas/plugin';
import type { PlanTraits } from '@countersign/domain/schemas/plan-traits';
import type { Rollup } from '@countersign/domain/schemas/rollup';
import { refs } from '../refs.ts';
import { read } from '../store/database.ts';
import type { Deps } from './deps.ts';
import { readRates } from './fx-rates.ts';
import { findNewPayees } from './new-payees.ts';
import { readHistory } from './risk-history.ts';
import { moneySubjects, takeRollups, type RollupSubject } from './rollups.ts';
import type { Lease } from './work.ts';

export interface Assessment {
  readonly traits: PlanTraits;
  /** Null for a plan without effects: it does nothing. */
  readonly risk: Risk | null;
  readonly newPayeeCount: number;
}

/** Notices of the plugin that a row looks like one that is paid already. */
const DUPLICATE_CODES: ReadonlySet<string> = new Set(['possible_duplicate', 'near_duplicate']);

/**
 * What policies and people ask about a plan: its amount in the base currency, what it comes to with what the requester
 * and its payees had lately, its risk. Counts the plan in the rolling totals: see `takeRollups`.
 */
export async function assessPlan(
  deps: Deps,
  lease: Lease,
  execution: Execution,
  manifest: Pick<Manifest, 'category' | 'riskLevel'>,
  effects: readonly Effect[],
  problems: readonly Problem[],
): Promise<Assessment> {
  const { orgId } = lease;
  const now = deps.now().toISOString();
  const organization = await read(deps.db, refs.organization(orgId));
  assert(organization !== null, 'an execution has an organization');
  const { baseCurrency } = organization;
  const totals = totalsOf(effects);
  const currencies = totals.map(({ currency }) => currency);
  const [newPayees, rates, history] = await Promise.all([
    findNewPayees(deps, orgId, effects),
    readRates(deps.db, orgId, currencies, baseCurrency, execution.requestedBy, now),
    effects.length === 0 ? null : readHistory(deps.db, orgId, execution, baseCurrency),
  ]);
  const base = toBase(totals, baseCurrency, rates);
  const rollups =
    effects.length === 0
      ? null
      : await rollupsOf(
          deps,
          lease,
          execution,
          moneySubjects(execution.requestedBy, effects, baseCurrency, rates),
          now,
        );
  const payees = effects.map(payeeOf).filter((payee) => payee !== null);
  const payeeCount = new Set(payees.map(({ account }) => account)).size;
  const offHours = await askedOffHours(deps, orgId, organization, execution.requestedAt);
  const risk =
    history === null || rollups === null
      ? null
      : assessRisk({
          ...history,
          base,
          payeeCount,
          newPayeeCount: newPayees.size,
          hiddenDestinationCount: new Set(
            payees.filter(({ destination }) => destination?.kind === 'hidden').map(({ account }) => account),
          ).size,
          nearDuplicateCount: problems.filter(({ code }) => DUPLICATE_CODES.has(code)).length,
          offHours,
          scheduled: execution.origin.kind === 'schedule',
          reusedFiles: reusedFiles(execution, rollups.files),
        });
  const traits: PlanTraits = {
    movesMoney: totals.length > 0,
    category: manifest.category,
    operationId: execution.operationId,
    pluginRisk: manifest.riskLevel,
    risk: risk?.band ?? null,
    effectKinds: [...new Set(effects.map(({ kind }) => kind))].sort(),
    effectCount: effects.length,
    payeeCount,
    newPayeeCount: newPayees.size,
    totals,
    base,
    requesterTotals: rollups === null ? null : windowsOf(rollups.requester?.entries ?? [], now),
    payeeTotals: rollups === null ? null : largestOf(rollups.payees.map(({ entries }) => windowsOf(entries, now))),
    offHours,
    requestedAt: execution.requestedAt,
  };
  return { traits, risk, newPayeeCount: newPayees.size };
}

/** Null when nobody can tell: the calendar that the business hours follow is gone, for instance. */
async function askedOffHours(
  deps: Deps,
  orgId: string,
  { timeZone, businessHours, businessCalendarId = null }: Organization,
  requestedAt: string,
): Promise<boolean | null> {
  if (businessCalendarId === null) return isOffHours(requestedAt, timeZone, businessHours);
  const calendar = await read(deps.db, refs.calendar(orgId, businessCalendarId));
  return calendar === null ? null : isOffHours(requestedAt, timeZone, businessHours, calendar);
}

interface Rollups {
  readonly requester: Rollup | null;
  readonly payees: readonly Rollup[];
  readonly files: readonly Rollup[];
}

async function rollupsOf(
  deps: Deps,
  lease: Lease,
  execution: Execution,
  money: readonly RollupSubject[],
  now: string,
): Promise<Rollups> {
  // A run that moves nothing counts as nothing; what its requester has asked for otherwise still shows.
  const requester: readonly RollupSubject[] =
    money.length > 0 ? [] : [{ kind: 'requester', subject: execution.requestedBy, amountMinor: '0' }];
  const files = [...new Set(execution.inputs.map(({ sha256 }) => sha256))].map((subject): RollupSubject => ({
    kind: 'file',
    subject,
    amountMinor: '0',
  }));
  const all = await takeRollups(deps, lease, execution.id, [...requester, ...files, ...money], now);
  return {
    requester: all.find(({ kind }) => kind === 'requester') ?? null,
    payees: all.filter(({ kind }) => kind === 'payee'),
    files: all.filter(({ kind }) => kind === 'file'),
  };
}

/** A resumed run has the file of the one that it finishes: that is what it is for. */
function reusedFiles({ id, inputs, origin }: Execution, files: readonly Rollup[]): { name: string; runs: number }[] {
  const own = new Set([id, ...(origin.kind === 'resume' && origin.executionId !== null ? [origin.executionId] : [])]);
  return files.flatMap(({ subject, executionIds }) => {
    const runs = executionIds.filter((other) => !own.has(other)).length;
    const name = inputs.find(({ sha256 }) => sha256 === subject)?.name ?? '';
    return runs === 0 ? [] : [{ name, runs }];
  });
}

/** The traits of a stored plan; from before they were kept, what can be told from it, and the rest not known. */
export function traitsOfStored(plan: Plan, category: string): PlanTraits {
  return (
    plan.traits ?? {
      movesMoney: plan.totals.length > 0,
      category,
      operationId: null,
      pluginRisk: null,
      risk: plan.risk?.band ?? null,
      effectKinds: plan.effectsByKind.map(({ kind }) => kind),
      effectCount: plan.effectCount,
      payeeCount: plan.payeeCount,
      newPayeeCount: plan.newPayeeCount,
      totals: plan.totals,
      base: null,
      requesterTotals: null,
      payeeTotals: null,
      offHours: null,
      requestedAt: null,
    }
  );
}
