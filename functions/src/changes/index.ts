import type { Change, ChangeKind } from '@countersign/domain/schemas/proposal';
import { accountChange } from './account-change.ts';
import { businessHoursSet } from './business-hours-set.ts';
import { calendarSet } from './calendar-set.ts';
import type { ChangeDefinition } from './change-kind.ts';
import { memberPayees } from './member-payees.ts';
import { memberRoles } from './member-roles.ts';
import { connectorSet, hostsSet } from './organization-changes.ts';
import { operationPin, pluginActivate } from './plugin-changes.ts';
import { periodChange } from './period-change.ts';
import { policySet } from './policy-set.ts';
import { holdRelease, personErase, retentionSet } from './retention-changes.ts';
import { rateSet } from './rate-set.ts';
import { recordTypeSet } from './record-type-set.ts';
import { secretSet } from './secret-set.ts';

const definitions: { readonly [K in ChangeKind]: ChangeDefinition<K> } = {
  'policy.set': policySet,
  'member.roles': memberRoles,
  'secret.set': secretSet,
  'hosts.set': hostsSet,
  'connector.set': connectorSet,
  'plugin.activate': pluginActivate,
  'operation.pin': operationPin,
  'record-type.set': recordTypeSet,
  'member.payees': memberPayees,
  'rate.set': rateSet,
  'business-hours.set': businessHoursSet,
  'calendar.set': calendarSet,
  'retention.set': retentionSet,
  'hold.release': holdRelease,
  'person.erase': personErase,
  'period.change': periodChange,
  'account.change': accountChange,
};

/** A change's own kind: its functions take changes of that kind, which this one is. */
export function definitionOf(change: Change): ChangeDefinition {
  return definitions[change.kind] as unknown as ChangeDefinition;
}

export type { Base, ChangeDefinition, Reader } from './change-kind.ts';
