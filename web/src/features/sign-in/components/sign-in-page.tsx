import { Button, PasswordInput, TextInput } from '@mantine/core';
import '@mantine/core/styles/ActionIcon.css';
import '@mantine/core/styles/PasswordInput.css';
import { FirebaseError } from 'firebase/app';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { DemoAccount } from '../../../app/config.ts';
import { useSession } from '../../../app/session.tsx';
import classes from './sign-in-page.module.css';

export function SignInPage({ ended }: { readonly ended: boolean }): ReactNode {
  const { signIn, entry } = useSession();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [pending, setPending] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const enter = async (asEmail: string, withPassword: string): Promise<void> => {
    setPending(asEmail);
    setProblem(null);
    try {
      await signIn(asEmail, withPassword);
    } catch (error) {
      setProblem(explain(error));
    } finally {
      setPending(null);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void enter(email.trim(), password);
  };

  const demoAccounts = entry.config.demoAccounts ?? [];
  return (
    <main className={classes.page}>
      <div className={classes.box}>
        <div className={classes.brand}>
          <img src="/icon.svg" alt="" width={28} height={28} />
          <span>Countersign</span>
        </div>
        <h1>Sign in</h1>
        {ended && (
          <p className={classes.ended} role="status">
            Your session has ended. Sign in again to go on where you were.
          </p>
        )}
        <form className={classes.form} onSubmit={submit}>
          <TextInput
            label="Email"
            type="email"
            name="email"
            autoComplete="username"
            required
            withAsterisk={false}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {problem !== null && (
            <p className={classes.problem} role="alert">
              {problem}
            </p>
          )}
          <Button type="submit" fullWidth loading={pending !== null && pending === email.trim()}>
            Sign in
          </Button>
        </form>
        {demoAccounts.length > 0 && (
          <section className={classes.demo} aria-labelledby="demo-accounts">
            <h2 id="demo-accounts">Demo accounts</h2>
            <p className="muted">This is a local platform with made-up data. Enter as:</p>
            <ul>
              {demoAccounts.map((account) => (
                <DemoRow
                  key={account.email}
                  account={account}
                  busy={pending === account.email}
                  disabled={pending !== null}
                  onEnter={() => void enter(account.email, account.password)}
                />
              ))}
            </ul>
          </section>
        )}
      </div>
    </main>
  );
}

function DemoRow({
  account,
  busy,
  disabled,
  onEnter,
}: {
  readonly account: DemoAccount;
  readonly busy: boolean;
  readonly disabled: boolean;
  readonly onEnter: () => void;
}): ReactNode {
  return (
    <li>
      <button type="button" className={classes.account} disabled={disabled} aria-busy={busy} onClick={onEnter}>
        <span className={classes.name}>{account.name}</span>
        <span className={classes.roles}>{account.roles.join(', ')}</span>
        <span className={classes.email}>{busy ? 'Signing in…' : account.email}</span>
      </button>
    </li>
  );
}

function explain(error: unknown): string {
  const code = error instanceof FirebaseError ? error.code : '';
  if (code === 'auth/too-many-requests') return 'Too many attempts. Wait a few minutes, then try again.';
  if (code === 'auth/network-request-failed')
    return 'The sign-in service does not answer. Check the connection and try again.';
  if (code === 'auth/user-disabled') return 'This account is switched off. Ask an administrator of your organization.';
  if (code.startsWith('auth/')) return 'Email and password do not match an account.';
  return error instanceof Error ? error.message : String(error);
}
