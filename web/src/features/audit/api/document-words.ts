/** What an audited document is called, and where the app shows it as it is now; null where it has no page of its own. */
export interface DocumentWords {
  readonly kind: string;
  /** Tells it apart from others of its kind; empty where there is one. */
  readonly id: string;
  readonly to: string | null;
}

/** @param path below the organization, as an event's subject has it; the organization itself is `.` */
export function documentInWords(path: string): DocumentWords {
  if (path === '.') return { kind: 'Organization', id: '', to: '/settings' };
  const [collection = '', id = '', ...rest] = path.split('/');
  const known = KINDS[rest.length === 0 ? collection : `${collection}/${rest[0] ?? ''}`];
  if (known === undefined) return { kind: path, id: '', to: null };
  return { kind: known.kind, id: rest.at(1) ?? id, to: known.to?.(id) ?? null };
}

const KINDS: Readonly<Record<string, { readonly kind: string; readonly to?: (id: string) => string }>> = {
  members: { kind: 'Member', to: () => '/settings/members' },
  policies: { kind: 'Approval policy', to: () => '/settings/policy' },
  proposals: { kind: 'Proposed change', to: (id) => `/changes/${id}` },
  operations: { kind: 'Operation', to: () => '/catalogue' },
  executions: { kind: 'Run', to: (id) => `/executions/${id}` },
  'executions/approvals': { kind: 'Signature', to: (id) => `/executions/${id}` },
  'executions/outcomes': { kind: 'Outcomes of a page', to: (id) => `/executions/${id}` },
  files: { kind: 'File', to: () => '/files' },
  schedules: { kind: 'Schedule', to: (id) => `/schedules/${id}` },
  calendars: { kind: 'Calendar', to: () => '/schedules/calendars' },
  delegations: { kind: 'Delegation', to: () => '/settings/delegations' },
  holds: { kind: 'Legal hold', to: () => '/settings/retention' },
  erasures: { kind: 'Removal of personal data', to: () => '/settings/retention' },
  statements: { kind: 'Issued statement', to: (id) => `/ledger/statements/${id}` },
  exports: { kind: 'Evidence pack', to: () => '/evidence' },
  secrets: { kind: 'Key', to: () => '/settings' },
  records: { kind: 'Record' },
  recordTypes: { kind: 'Record type', to: () => '/settings/record-types' },
  'plugins/versions': { kind: 'Plugin version', to: () => '/settings/plugins' },
  queues: { kind: 'Queue' },
  settings: { kind: 'Settings', to: () => '/settings' },
  alerts: { kind: 'Alert' },
  unknownProposals: { kind: 'Settlement of unknown outcomes', to: () => '/unknown' },
};
