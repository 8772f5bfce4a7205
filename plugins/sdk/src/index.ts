export {
  definePlugin,
  type ParameterIssue,
  type PlanProposal,
  type Plugin,
  type Report,
  type ReportInput,
} from './define-plugin.ts';
export type {
  ClaimHolder,
  Context,
  InputText,
  MissingStripeAccount,
  StripeAccount,
  StripeDestination,
} from './context.ts';
export type { MoneyValue, ParameterValues } from './parameter-values.ts';
export { InputError } from './input-error.ts';
export { readCsv } from './read-csv.ts';
export { toCsv, safeCell } from '@countersign/domain/csv/write';
export { stripePayout, type StripePayout, type StripePayoutEffect } from './effects.ts';
export type { Table, TableColumn, TableRow } from '@countersign/domain/csv/read-table';
