import { SECRET_NAMES } from '@countersign/domain/schemas/proposal';
import { NativeSelect, PasswordInput, TextInput, Textarea } from '@mantine/core';
import '@mantine/core/styles/ActionIcon.css';
import '@mantine/core/styles/PasswordInput.css';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { mayOpen } from '../../../app/access.ts';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { Section } from '../../../components/section.tsx';
import { refs } from '../../../refs.ts';
import { ProposeForm } from '../../../components/propose-form.tsx';
import { BusinessHours } from './business-hours.tsx';
import classes from './settings.module.css';

/** What the organization is connected to. Nothing here changes before a second person agrees. */
export default function SettingsPage(): ReactNode {
  const { me, has } = useWorkplace();
  return (
    <>
      <PageHeader
        title="Settings"
        purpose="What this organization is connected to. Every change here waits for a second person."
      />
      <ul className={classes.list}>
        {LINKS.filter(({ to }) => mayOpen(to, me.roles)).map(({ to, label, says }) => (
          <li key={to} className={classes.row}>
            <span>
              <Link to={to}>{label}</Link>
              <span className={classes.second}>{says}</span>
            </span>
          </li>
        ))}
      </ul>
      <BusinessHours />
      <Connector />
      <Hosts />
      {has('admin', 'developer') && <Secrets />}
    </>
  );
}

const LINKS = [
  { to: '/changes', label: 'Changes', says: 'What waits for a second person, and what was decided' },
  {
    to: '/settings/policy',
    label: 'Approval rules',
    says: 'Who must sign what, and what other rules would have meant',
  },
  { to: '/settings/delegations', label: 'Delegations', says: 'Who signs for you while you are away' },
  { to: '/settings/members', label: 'Members', says: 'Who is here, in which roles' },
  { to: '/settings/rates', label: 'Exchange rates', says: 'By which rules compare amounts in other currencies' },
  { to: '/settings/record-types', label: 'Record types', says: 'What the records that operations keep look like' },
  {
    to: '/settings/retention',
    label: 'Retention',
    says: 'How long what is kept, legal holds, data of people who left',
  },
  { to: '/evidence', label: 'Evidence packs', says: 'Files that prove runs or days without this platform' },
  { to: '/settings/plugins', label: 'Plugins', says: 'Versions of the code that operations run' },
] as const;

function Connector(): ReactNode {
  const { organization, has } = useWorkplace();
  const [account, setAccount] = useState('');
  const [mode, setMode] = useState<'test' | 'live'>(organization.provider.mode);
  return (
    <Section title="Stripe">
      <p>
        Pays from <span className="mono">{organization.provider.account}</span> ({organization.provider.mode} mode).
      </p>
      {has('admin') && (
        <details>
          <summary>Connect another account</summary>
          <ProposeForm change={account.trim() === '' ? null : { kind: 'connector.set', account: account.trim(), mode }}>
            <TextInput
              label="Account"
              description="The platform's own account at Stripe, acct_…; its key is changed under Keys"
              value={account}
              onChange={(event) => setAccount(event.currentTarget.value)}
            />
            <NativeSelect
              label="Mode"
              data={['test', 'live']}
              value={mode}
              onChange={(event) => setMode(event.currentTarget.value === 'live' ? 'live' : 'test')}
            />
          </ProposeForm>
        </details>
      )}
    </Section>
  );
}

function Hosts(): ReactNode {
  const { organization, has } = useWorkplace();
  const [text, setText] = useState(organization.allowedHosts.join('\n'));
  const allowedHosts = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return (
    <Section title="Hosts that operations may call" count={organization.allowedHosts.length}>
      {organization.allowedHosts.length === 0 ? (
        <p className="muted">None: no operation calls another system.</p>
      ) : (
        <ul className={classes.list}>
          {organization.allowedHosts.map((host) => (
            <li key={host} className={classes.row}>
              <span className="mono">{host}</span>
            </li>
          ))}
        </ul>
      )}
      {has('admin', 'developer') && (
        <details>
          <summary>Change the list</summary>
          <ProposeForm change={{ kind: 'hosts.set', allowedHosts }}>
            <Textarea
              label="Hosts"
              description="One on each line, such as erp.example.com. Taking one away works at once."
              rows={4}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
          </ProposeForm>
        </details>
      )}
    </Section>
  );
}

function Secrets(): ReactNode {
  const { orgId, has } = useWorkplace();
  const [name, setName] = useState<(typeof SECRET_NAMES)[number]>(SECRET_NAMES[0]);
  const [value, setValue] = useState('');
  const list = useLiveList(has('admin') ? refs.secrets(orgId) : null, 20);
  return (
    <Section title="Keys">
      <p className="muted">A key can be replaced, never read. It goes to the secret store and to no document.</p>
      {list.live.kind === 'failed' && <Failure failure={list.live.failure} what="the dates of keys" />}
      {list.live.kind === 'ready' && list.live.value.length > 0 && (
        <ul className={classes.list}>
          {list.live.value.map((secret) => (
            <li key={secret.name} className={classes.row}>
              <span>
                <span className="mono">{secret.name}</span>
                <span className={classes.second}>
                  set by <MemberName uid={secret.setBy} />, agreed by <MemberName uid={secret.decidedBy} />
                </span>
              </span>
              <Instant at={secret.setAt} />
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary>Replace a key</summary>
        <ProposeForm change={value.length < 8 ? null : { kind: 'secret.set', name, value }} onDone={() => setValue('')}>
          <NativeSelect
            label="Key"
            data={[...SECRET_NAMES]}
            value={name}
            onChange={(event) => {
              const chosen = SECRET_NAMES.find((one) => one === event.currentTarget.value);
              if (chosen !== undefined) setName(chosen);
            }}
          />
          <PasswordInput
            label="New value"
            autoComplete="off"
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
          />
        </ProposeForm>
      </details>
    </Section>
  );
}
