import { plural } from '@countersign/domain/plan/sentence';
import { Button, Textarea } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useOpenAccounts } from '../../../app/open-accounts.ts';
import { ACCOUNTS_PER_CALL, readAccountIds } from '../../../components/account-ids.ts';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { Ids, OpenedAccounts } from '../../../components/opened-accounts.tsx';
import { Section } from '../../../components/section.tsx';
import classes from './connected-accounts-form.module.css';

/** Paste ids of connected accounts and open their two ledger accounts each, with the balance at Stripe. */
export function ConnectedAccountsForm(): ReactNode {
  const [text, setText] = useState('');
  const { run, pending, failure, result } = useOpenAccounts();
  const { accounts, malformed } = readAccountIds(text);
  const tooMany = accounts.length > ACCOUNTS_PER_CALL;
  const wrong = problemOf(malformed, tooMany);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void run(accounts);
  };
  return (
    <Section title="For connected accounts">
      <form className={classes.form} onSubmit={submit}>
        <Textarea
          label="Connected accounts"
          description={`Ids as Stripe writes them (acct_…), one a line or separated by commas; at most ${ACCOUNTS_PER_CALL}. Each gets two accounts in the ledger, with the balance that Stripe shows now as opening balance.`}
          rows={6}
          spellCheck={false}
          autoComplete="off"
          className={classes.ids ?? ''}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={wrong}
        />
        <CommandProblem failure={failure} />
        <OpenedAccounts result={result} />
        <div className={classes.actions}>
          <Button type="submit" loading={pending} disabled={accounts.length === 0 || wrong !== null}>
            {accounts.length === 0 ? 'Open accounts' : `Open ${plural(accounts.length, 'account')}`}
          </Button>
        </div>
      </form>
    </Section>
  );
}

function problemOf(malformed: readonly string[], tooMany: boolean): ReactNode {
  if (malformed.length > 0)
    return (
      <>
        {malformed.length === 1
          ? 'Not an account id: '
          : `${malformed.length.toLocaleString('en')} are not account ids: `}
        <Ids ids={malformed} />
      </>
    );
  return tooMany ? `More than ${ACCOUNTS_PER_CALL} accounts: open them in several turns.` : null;
}
