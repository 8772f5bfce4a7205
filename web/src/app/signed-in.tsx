import type { User } from 'firebase/auth';
import { type ReactNode, Suspense, lazy, useMemo } from 'react';
import { Navigate, Route, Routes, useLocation, useParams } from 'react-router';
import { Failure } from '../components/failure.tsx';
import { Notice } from '../components/notice.tsx';
import { PageSkeleton } from '../components/skeletons.tsx';
import { HomePage } from '../features/home/components/home-page.tsx';
import { refs } from '../refs.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { useLiveDocument } from './live.ts';
import { type Workplace, WorkplaceContext } from './organization.tsx';
import { startServices } from './services.ts';
import { useSession } from './session.tsx';
import { Shell } from './shell.tsx';
import { Splash } from './splash.tsx';

const CataloguePage = lazy(() => import('../features/catalogue/components/catalogue-page.tsx'));
const RunPage = lazy(() => import('../features/run/components/run-page.tsx'));
const ExecutionsPage = lazy(() => import('../features/executions/components/executions-page.tsx'));
const ExecutionPage = lazy(() => import('../features/execution/components/execution-page.tsx'));
const InboxPage = lazy(() => import('../features/approvals/components/inbox-page.tsx'));
const DecisionPage = lazy(() => import('../features/approvals/components/decision-page.tsx'));
const FilesPage = lazy(() => import('../features/files/components/files-page.tsx'));
const AuditPage = lazy(() => import('../features/audit/components/audit-page.tsx'));
const EventPage = lazy(() => import('../features/audit/components/event-page.tsx'));
const EvidencePage = lazy(() => import('../features/evidence/components/evidence-page.tsx'));
const LedgerPage = lazy(() => import('../features/ledger/components/accounts-page.tsx'));
const OpenAccountsPage = lazy(() => import('../features/ledger/components/open-accounts-page.tsx'));
const TrialBalancePage = lazy(() => import('../features/ledger/components/trial-balance-page.tsx'));
const StatementsPage = lazy(() => import('../features/ledger/components/statements-page.tsx'));
const StatementSettingsPage = lazy(() => import('../features/ledger/components/statement-settings-page.tsx'));
const IssuedStatementPage = lazy(() => import('../features/ledger/components/issued-statement-page.tsx'));
const PeriodsPage = lazy(() => import('../features/ledger/components/periods-page.tsx'));
const AlertsPage = lazy(() => import('../features/ledger/components/alerts-page.tsx'));
const JournalPage = lazy(() => import('../features/ledger/components/journal-page.tsx'));
const RegisterPage = lazy(() => import('../features/ledger/components/register-page.tsx'));
const ChangesPage = lazy(() => import('../features/changes/components/changes-page.tsx'));
const ChangePage = lazy(() => import('../features/changes/components/change-page.tsx'));
const SettingsPage = lazy(() => import('../features/settings/components/settings-page.tsx'));
const MembersPage = lazy(() => import('../features/settings/components/members-page.tsx'));
const PluginsPage = lazy(() => import('../features/settings/components/plugins-page.tsx'));
const RatesPage = lazy(() => import('../features/settings/components/rates-page.tsx'));
const RetentionPage = lazy(() => import('../features/settings/components/retention-page.tsx'));
const RecordTypesPage = lazy(() => import('../features/settings/components/record-types-page.tsx'));
const ComparePage = lazy(() => import('../features/compare/components/compare-page.tsx'));
const UnknownPage = lazy(() => import('../features/unknown/components/unknown-page.tsx'));
const SchedulesPage = lazy(() => import('../features/schedules/components/schedules-page.tsx'));
const SchedulePage = lazy(() => import('../features/schedules/components/schedule-page.tsx'));
const CalendarsPage = lazy(() => import('../features/schedules/components/calendars-page.tsx'));
const PoliciesPage = lazy(() => import('../features/policies/components/policies-page.tsx'));
const PolicyEditPage = lazy(() => import('../features/policies/components/policy-edit-page.tsx'));
const DelegationsPage = lazy(() => import('../features/delegations/components/delegations-page.tsx'));
const NotificationsPage = lazy(() => import('../features/notifications/components/notifications-page.tsx'));
const MorePage = lazy(() => import('../features/more/components/more-page.tsx'));
const StopPage = lazy(() => import('../features/stop/components/stop-page.tsx'));

/** Everything behind the sign-in; a chunk of its own, because it brings Firestore. */
export default function SignedIn({ user, orgId }: { readonly user: User; readonly orgId: string | null }): ReactNode {
  const { entry, signOut } = useSession();
  startServices(entry);
  if (orgId === null) {
    return (
      <Notice
        title="No organization yet"
        message={`${user.email ?? 'This account'} is signed in, but belongs to no organization. Ask an administrator to add you.`}
        action={{ label: 'Sign out', run: () => void signOut() }}
      />
    );
  }
  return <Inside orgId={orgId} uid={user.uid} />;
}

function Inside({ orgId, uid }: { readonly orgId: string; readonly uid: string }): ReactNode {
  const { signOut } = useSession();
  const organization = useLiveDocument(refs.organization(orgId));
  const member = useLiveDocument(refs.member(orgId, uid));

  const workplace = useMemo<Workplace | null>(() => {
    if (organization.kind !== 'ready' || !organization.value || member.kind !== 'ready' || !member.value) return null;
    const me = member.value;
    return {
      orgId,
      organization: organization.value,
      me,
      has: (...roles) => roles.some((role) => me.roles.includes(role)),
    };
  }, [orgId, organization, member]);

  if (workplace?.me.active) {
    return (
      <WorkplaceContext value={workplace}>
        <Shell>
          <Pages />
        </Shell>
      </WorkplaceContext>
    );
  }
  if (organization.kind === 'failed') return <Failure failure={organization.failure} what="your organization" page />;
  if (member.kind === 'failed') return <Failure failure={member.failure} what="your membership" page />;
  if (organization.kind === 'loading' || member.kind === 'loading') return <Splash />;
  return (
    <Notice
      title="You are not a member here"
      message="Your sign-in is valid, but this organization does not list you as an active member. Ask an administrator."
      action={{ label: 'Sign out', run: () => void signOut() }}
    />
  );
}

function Pages(): ReactNode {
  const { pathname } = useLocation();
  return (
    <ErrorBoundary resetKey={pathname}>
      <Suspense fallback={<PageSkeleton />}>
        <Routes>
          <Route index element={<HomePage />} />
          <Route path="catalogue" element={<CataloguePage />} />
          <Route path="catalogue/:operationId" element={<RunPage />} />
          <Route path="executions" element={<ExecutionsPage />} />
          <Route path="executions/:executionId" element={<ExecutionPage />} />
          <Route path="executions/:executionId/compare/:otherId" element={<ComparePage />} />
          <Route path="unknown" element={<UnknownPage />} />
          <Route path="approvals" element={<InboxPage />} />
          <Route path="approvals/:executionId" element={<DecisionPage />} />
          <Route path="files" element={<FilesPage />} />
          <Route path="audit" element={<AuditPage />} />
          <Route path="audit/events/:seq" element={<EventPage />} />
          <Route path="evidence" element={<EvidencePage />} />
          <Route path="ledger" element={<LedgerPage />} />
          <Route path="ledger/open-accounts" element={<OpenAccountsPage />} />
          <Route path="ledger/trial-balance" element={<TrialBalancePage />} />
          <Route path="ledger/statements" element={<StatementsPage />} />
          <Route path="ledger/statements/settings" element={<StatementSettingsPage />} />
          <Route path="ledger/statements/:statementId" element={<IssuedStatementPage />} />
          <Route path="ledger/periods" element={<PeriodsPage />} />
          <Route path="ledger/alerts" element={<AlertsPage />} />
          <Route path="ledger/journals/:journalId" element={<JournalPage />} />
          <Route path="ledger/accounts/:accountId" element={<RegisterPage />} />
          <Route path="ledger/:accountId" element={<OldAccountAddress />} />
          <Route path="changes" element={<ChangesPage />} />
          <Route path="changes/:proposalId" element={<ChangePage />} />
          <Route path="settings" element={<SettingsPage />} />
          <Route path="settings/members" element={<MembersPage />} />
          <Route path="settings/plugins" element={<PluginsPage />} />
          <Route path="settings/rates" element={<RatesPage />} />
          <Route path="settings/retention" element={<RetentionPage />} />
          <Route path="settings/record-types" element={<RecordTypesPage />} />
          <Route path="settings/policy" element={<PoliciesPage />} />
          <Route path="settings/policy/:policyId" element={<PolicyEditPage />} />
          <Route path="settings/delegations" element={<DelegationsPage />} />
          <Route path="schedules" element={<SchedulesPage />} />
          <Route path="schedules/calendars" element={<CalendarsPage />} />
          <Route path="schedules/:scheduleId" element={<SchedulePage />} />
          <Route path="notifications" element={<NotificationsPage />} />
          <Route path="more" element={<MorePage />} />
          <Route path="stop" element={<StopPage />} />
          <Route path="*" element={<NotFound />} />
        </Routes>
      </Suspense>
    </ErrorBoundary>
  );
}

/** Where accounts lay before the ledger had pages of other names; such links are in messages and notes. */
function OldAccountAddress(): ReactNode {
  const { accountId = '' } = useParams();
  return <Navigate to={`/ledger/accounts/${accountId}`} replace />;
}

function NotFound(): ReactNode {
  const { pathname } = useLocation();
  return (
    <Notice
      title="There is no such page"
      message={`Nothing lies at ${pathname}. It may have been a mistyped or an outdated link.`}
      action={{ label: 'Go home', run: () => window.location.assign('/') }}
    />
  );
}
