import {
  IconBell,
  IconBook2,
  IconCalendarTime,
  IconChecks,
  IconFiles,
  IconHistory,
  IconHome,
  IconListDetails,
  IconPlayerPlay,
  IconSettings,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';

export interface Destination {
  readonly to: string;
  readonly label: string;
  readonly icon: ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: boolean }>;
}

export const HOME: Destination = { to: '/', label: 'Home', icon: IconHome };
export const CATALOGUE: Destination = { to: '/catalogue', label: 'Catalogue', icon: IconPlayerPlay };
export const EXECUTIONS: Destination = { to: '/executions', label: 'Executions', icon: IconListDetails };
export const APPROVALS: Destination = { to: '/approvals', label: 'Approvals', icon: IconChecks };
export const FILES: Destination = { to: '/files', label: 'Files', icon: IconFiles };
export const LEDGER: Destination = { to: '/ledger', label: 'Ledger', icon: IconBook2 };
export const AUDIT: Destination = { to: '/audit', label: 'Audit', icon: IconHistory };
export const SCHEDULES: Destination = { to: '/schedules', label: 'Schedules', icon: IconCalendarTime };
export const NOTIFICATIONS: Destination = { to: '/notifications', label: 'Notifications', icon: IconBell };

export const SETTINGS: Destination = { to: '/settings', label: 'Settings', icon: IconSettings };

export const ALL_DESTINATIONS: readonly Destination[] = [
  HOME,
  APPROVALS,
  NOTIFICATIONS,
  CATALOGUE,
  EXECUTIONS,
  SCHEDULES,
  FILES,
  LEDGER,
  AUDIT,
  SETTINGS,
];
/** The bottom bar of a phone; the rest is on the page More. */
export const BAR_DESTINATIONS: readonly Destination[] = [HOME, APPROVALS, CATALOGUE, AUDIT];
export const MORE_DESTINATIONS: readonly Destination[] = [
  NOTIFICATIONS,
  EXECUTIONS,
  SCHEDULES,
  FILES,
  LEDGER,
  SETTINGS,
];
