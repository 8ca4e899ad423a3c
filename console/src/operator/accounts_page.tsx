// For operators: every account with its use and running bill, those that need attention first.
import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAccounts } from '../api/queries.ts';
import { type Account, type MeterName, meterNames } from '../api/types.ts';
import { type AccountDesk, AccountMenu, useAccountDesk } from '../desk/account_desk.tsx';
import { formatMoney, formatQuantity } from '../exact/decimal.ts';
import { placesOf, useNames } from '../ui/names.ts';
import { Panel } from '../ui/panel.tsx';
import { Empty, Failed, Loading } from '../ui/states.tsx';
import { formatMonth } from '../ui/time.ts';
import { MeterBar, StateBadge } from '../usage/meter_card.tsx';
import { noticesOf, viewOf } from '../usage/meter_state.ts';

/** The account's worst state, or null when nothing needs attention. */
function worst(account: Account) {
  return account.meters ? (noticesOf(account.meters, account.hard)[0]?.state ?? null) : null;
}

function MeterCell({ account, name }: { account: Account; name: MeterName }) {
  const names = useNames();
  const meter = account.meters?.[name];
  if (!meter) {
    return (
      <td className="num" data-label={names.meter(name)}>
        –
      </td>
    );
  }
  const used = formatQuantity(meter.used, placesOf(name));
  return (
    <td className="num" data-label={names.meter(name)}>
      <span className="cell-meter">
        {used}
        <MeterBar view={viewOf(name, meter, account.hard)} label={names.meter(name)} value={used} />
      </span>
    </td>
  );
}

const mayAct = (desk: AccountDesk) => desk.maySuspend || desk.mayMove;

function AccountRow({ account, desk }: { account: Account; desk: AccountDesk }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const state = worst(account);
  return (
    <tr data-testid={`account-${account.id}`}>
      <th scope="row">
        <Link to={`/accounts/${encodeURIComponent(account.id)}`}>{account.name}</Link>
        <span className="why">{account.email}</span>
      </th>
      <td data-label={t('accounts.plan')}>
        {names.plan(account.plan)}
        <span className="why">{account.catalogue}</span>
        {account.nextCatalogue === null ? null : (
          <span className="why next-catalogue" data-testid={`next-${account.id}`}>
            {t('contract.nextCatalogue', {
              name: account.nextCatalogue.catalogue,
              month: formatMonth(account.nextCatalogue.from, i18n.language),
            })}
          </span>
        )}
      </td>
      <td data-label={t('accounts.state')}>
        {account.suspended ? (
          <span className="badge tone-stop">
            {t(account.suspendedFor === 'arrears' ? 'desk.suspend.arrears' : 'head.suspended')}
          </span>
        ) : (
          <StateBadge state={state ?? 'normal'} />
        )}
      </td>
      {meterNames.map((name) => (
        <MeterCell key={name} account={account} name={name} />
      ))}
      <td className="num amount" data-label={t('accounts.bill')}>
        {account.bill ? formatMoney(account.bill.total, account.bill.currency) : '–'}
      </td>
      {mayAct(desk) ? (
        <td className="row-actions">
          <AccountMenu account={account} desk={desk} />
        </td>
      ) : null}
    </tr>
  );
}

export function AccountsPage() {
  const { t } = useTranslation();
  const names = useNames();
  const accounts = useAccounts(true);
  const [search, setSearch] = useState('');
  const [filter, setFilter] = useState('all');
  const { desk, dialogs } = useAccountDesk();
  const body = () => {
    if (!accounts.data)
      return accounts.error ? (
        <Failed error={accounts.error} retry={() => accounts.refetch()} />
      ) : (
        <Loading height={300} />
      );
    const wanted = search.trim().toLowerCase();
    const shown = accounts.data.filter(
      (account) =>
        `${account.name} ${account.email} ${account.id}`.toLowerCase().includes(wanted) &&
        (filter === 'all' || account.suspended || worst(account) !== null),
    );
    if (shown.length === 0)
      return <Empty title={accounts.data.length === 0 ? t('accounts.empty') : t('accounts.noMatch')} />;
    return (
      <table className="table rows">
        <thead>
          <tr>
            <th scope="col">{t('accounts.account')}</th>
            <th scope="col">{t('accounts.plan')}</th>
            <th scope="col">{t('accounts.state')}</th>
            {meterNames.map((name) => (
              <th key={name} scope="col" className="num">
                {names.meter(name)}
              </th>
            ))}
            <th scope="col" className="num">
              {t('accounts.bill')}
            </th>
            {mayAct(desk) ? (
              <th scope="col">
                <span className="sr-only">{t('caps.actions')}</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {shown.map((account) => (
            <AccountRow key={account.id} account={account} desk={desk} />
          ))}
        </tbody>
      </table>
    );
  };
  return (
    <>
      <header className="page-head">
        <h1>{t('accounts.title')}</h1>
        {desk.mayOpen ? (
          <Button onClick={() => desk.open({ kind: 'open' })} data-testid="open-account">
            {t('desk.open.button')}
          </Button>
        ) : null}
      </header>
      <Panel title={t('accounts.all')} hint={t('accounts.hint')}>
        <div className="controls">
          <TextInput
            size="xs"
            w={240}
            maw="100%"
            aria-label={t('accounts.search')}
            placeholder={t('accounts.search')}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          <SegmentedControl
            size="xs"
            aria-label={t('accounts.filter')}
            value={filter}
            onChange={setFilter}
            data={[
              { value: 'all', label: t('accounts.filterAll') },
              { value: 'attention', label: t('accounts.filterAttention') },
            ]}
          />
        </div>
        {body()}
      </Panel>
      {dialogs}
    </>
  );
}
