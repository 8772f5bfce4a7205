import { AGREED_RATE_DAYS, MAX_RATE_AGE_DAYS, RATE_BAND_PERCENT } from '@countersign/domain/approval/base-amount';
import { currencyCodes } from '@countersign/domain/money/currencies';
import { dayOf } from '@countersign/domain/schedule/wall-time';
import { NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { useNow } from '../../../components/now.ts';
import { PageHeader } from '../../../components/page-header.tsx';
import { ProposeForm } from '../../../components/propose-form.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import { type RateRow, rateIds, rateRows } from '../api/rate-rows.ts';
import classes from './settings.module.css';

/** Currencies of the ledger's top accounts; more are asked about one by one in the form. */
const BALANCES = 200;
/** As many ids as one query takes, at two for each currency. */
const CURRENCIES = 15;

/** The rates by which rules compare amounts in other currencies, and which of them are missing or too old. */
export default function RatesPage(): ReactNode {
  const { orgId, organization, has } = useWorkplace();
  const base = organization.baseCurrency;
  const balances = useLiveList(refs.balancesBelow(orgId, null), BALANCES);
  const used =
    balances.live.kind === 'ready'
      ? [...new Set(balances.live.value.map(({ currency }) => currency))].filter((one) => one !== base).toSorted()
      : [];
  const currencies = used.slice(0, CURRENCIES);
  const list = useLiveList(currencies.length === 0 ? null : refs.records(orgId, rateIds(currencies, base)), 100);
  const now = new Date(useNow()).toISOString();
  const failed = [balances.live, list.live].find((live) => live.kind === 'failed');
  const loading = balances.live.kind === 'loading' || (currencies.length > 0 && list.live.kind === 'loading');
  const rows = list.live.kind === 'ready' ? rateRows(currencies, base, list.live.value, now) : [];
  return (
    <>
      <PageHeader
        title="Exchange rates"
        back={<Link to="/settings">Settings</Link>}
        purpose={`Rules compare amounts in ${base}. An amount without a recent rate is not known, and what is not known needs more signatures, not fewer.`}
      />
      {failed?.kind === 'failed' ? (
        <Failure failure={failed.failure} what="exchange rates" />
      ) : loading ? (
        <RowsSkeleton rows={4} />
      ) : rows.length === 0 ? (
        <Empty>The ledger has no account in another currency than {base}.</Empty>
      ) : (
        <ul className={classes.list}>
          {rows.map((row) => (
            <Rate key={row.currency} row={row} base={base} />
          ))}
        </ul>
      )}
      {used.length > CURRENCIES && (
        <p className="muted">
          {used.length - CURRENCIES} more currencies of the ledger are not shown: {used.slice(CURRENCIES).join(', ')}.
        </p>
      )}
      {has('treasurer', 'admin') && (
        <Section title="Record a rate">
          <RateForm first={rows.find(({ usable }) => usable === null)?.currency ?? currencies[0]} />
        </Section>
      )}
    </>
  );
}

function Rate({ row, base }: { readonly row: RateRow; readonly base: string }): ReactNode {
  const { currency, recorded, usable } = row;
  return (
    <li className={classes.row}>
      <span>
        {recorded === null ? (
          <>
            No rate between {currency} and {base} is recorded
          </>
        ) : (
          <span className="tabular">
            1 {recorded.base} is {recorded.rate} {recorded.quote}
          </span>
        )}
        {recorded !== null && (
          <span className={classes.second}>
            of <Instant at={recorded.asOf} />
            {usable !== null && usable.source !== '' && `, from ${usable.source}`}
          </span>
        )}
      </span>
      {usable === null ? (
        <Mark tone="act" shape="triangle">
          {recorded === null ? 'Missing' : `Older than ${MAX_RATE_AGE_DAYS} days`}
        </Mark>
      ) : (
        <Mark tone="good" shape="disc-check">
          In use
        </Mark>
      )}
    </li>
  );
}

function RateForm({ first }: { readonly first: string | undefined }): ReactNode {
  const { organization } = useWorkplace();
  const base = organization.baseCurrency;
  const today = dayOf(useNow());
  const others = currencyCodes.filter((code) => code !== base);
  const [chosen, setChosen] = useState<string | null>(null);
  const [rate, setRate] = useState('');
  const [source, setSource] = useState('');
  const [day, setDay] = useState(today);
  const currency = chosen ?? first ?? others[0] ?? base;
  const sound = /^\d{1,20}(\.\d{1,20})?$/.test(rate.trim()) && /[1-9]/.test(rate);
  const dayOk = day !== '' && day <= today;
  const change =
    sound && dayOk && source.trim() !== ''
      ? ({
          kind: 'rate.set',
          base: currency,
          quote: base,
          rate: rate.trim(),
          source: source.trim(),
          asOf: `${day}T00:00:00.000Z`,
          // So that an older one becomes the rate of its day, and does not take the place of a newer one.
          day,
        } as const)
      : null;
  return (
    <ProposeForm change={change} label="Propose this rate" onDone={() => setRate('')}>
      <NativeSelect
        label="One unit of"
        value={currency}
        data={others}
        onChange={(event) => setChosen(event.currentTarget.value)}
      />
      <TextInput
        label={`is so many ${base}`}
        inputMode="decimal"
        error={rate.trim() === '' || sound ? undefined : 'Write a decimal with a point, such as 1.0834'}
        value={rate}
        onChange={(event) => setRate(event.currentTarget.value)}
      />
      <TextInput
        label="Source"
        description={`One person may record a rate that is within ${RATE_BAND_PERCENT} percent of what two have agreed on for the same source, within ${AGREED_RATE_DAYS} days`}
        maxLength={200}
        value={source}
        onChange={(event) => setSource(event.currentTarget.value)}
      />
      <TextInput
        label="Observed on"
        type="date"
        max={today}
        error={dayOk ? undefined : 'Choose a day that is not to come'}
        value={day}
        onChange={(event) => setDay(event.currentTarget.value)}
      />
    </ProposeForm>
  );
}
