// The frame of every page behind the log-in: where am I, whose account is this, who am I.
import { Button, Menu } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, useParams } from 'react-router';
import { logOut } from '../api/calls.ts';
import { closeSession, useSession } from '../session/store.ts';
import { Logo, PersonIcon } from '../ui/icons.tsx';
import { LanguageSwitch, SchemeSwitch } from './preferences.tsx';

function PersonMenu() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { person } = useSession();
  const leave = () => {
    // The server's answer changes nothing for this page: it forgets the session in any case.
    logOut().catch(() => undefined);
    client.clear();
    closeSession();
  };
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          leftSection={<PersonIcon size={16} />}
          aria-label={person.name}
        >
          <span className="wide-only">{person.name}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{person.email}</Menu.Label>
        <Menu.Item onClick={leave}>{t('app.logout')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Tabs({ account }: { account: string | undefined }) {
  const { t } = useTranslation();
  const { person, accounts } = useSession();
  const several = person.realm === 'operators' || accounts.length > 1;
  const link = (to: string, label: string, end = false) => (
    <NavLink to={to} end={end} className="tab">
      {label}
    </NavLink>
  );
  return (
    <nav className="tabs" aria-label={t('app.navigation')}>
      {several ? link('/', t('nav.accounts'), true) : null}
      {account ? link(`/accounts/${encodeURIComponent(account)}`, t('nav.overview'), true) : null}
      {account ? link(`/accounts/${encodeURIComponent(account)}/invoices`, t('nav.invoices')) : null}
      {account ? link(`/accounts/${encodeURIComponent(account)}/plans`, t('nav.plans')) : null}
    </nav>
  );
}

export function Shell() {
  const { t } = useTranslation();
  const { account } = useParams();
  const { person } = useSession();
  return (
    <>
      <a className="skip" href="#main">
        {t('app.skip')}
      </a>
      <header className="top">
        <div className="top-inner">
          <NavLink to="/" className="brand" aria-label={t('app.home')}>
            <Logo />
            <span>Postage</span>
          </NavLink>
          {person.realm === 'operators' ? <span className="realm">{t('app.operator')}</span> : null}
          <Tabs account={account} />
          <div className="tools">
            <LanguageSwitch />
            <SchemeSwitch />
            <PersonMenu />
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1} className="page">
        <Outlet />
      </main>
    </>
  );
}
