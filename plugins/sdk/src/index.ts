export {
  definePlugin,
  type ParameterIssue,
  type PlanProposal,
  type PlanTable,
  type Plugin,
  type Report,
  type ReportInput,
} from './define-plugin.ts';
export type {
  ClaimHolder,
  Context,
  InputText,
  LedgerAccount,
  LedgerBalance,
  LedgerBalances,
  MissingStripeAccount,
  PluginRecord,
  RateQuery,
  RateTable,
  StripeAccount,
  StripeDestination,
} from './context.ts';
export type { MoneyValue, ParameterValues } from './parameter-values.ts';
export { InputError } from './input-error.ts';
export { readCsv } from './read-csv.ts';
export { toCsv, safeCell } from '@countersign/domain/csv/write';
export { ownText, type CsvRows } from './csv-rows.ts';
export type { CsvRecord } from './record-splitter.ts';
export type { ClosedDraft, Draft } from './drafts.ts';
export { filePublish, type FilePublish } from './effects.ts';
export { stripePayout, type StripePayout, type StripePayoutEffect } from './effects.ts';
export type { Table, TableColumn, TableRow } from '@countersign/domain/csv/read-table';
