// The frame of every page behind the log-in: where am I, whose account is this, who am I.
import { Button, Menu } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, useLocation, useParams } from 'react-router';
import { logOut } from '../api/calls.ts';
import { type Permission, useMay } from '../session/may.ts';
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

/** The pages of an account beside its overview, in their order; who has none of the permissions sees nothing there. */
const accountPages: readonly { name: string; needs: readonly Permission[] }[] = [
  { name: 'projects', needs: ['project_read'] },
  { name: 'keys', needs: ['key_read'] },
  { name: 'people', needs: ['member_read'] },
  { name: 'invoices', needs: ['bill_read'] },
  { name: 'payments', needs: ['bill_read'] },
  { name: 'limits', needs: ['bill_read', 'message_publish'] },
  { name: 'plans', needs: ['usage_read'] },
  { name: 'contract', needs: ['bill_read'] },
  { name: 'support', needs: ['support_read'] },
];

function Tabs({ account }: { account: string | undefined }) {
  const { t } = useTranslation();
  const { person, accounts } = useSession();
  const several = person.realm === 'operators' || accounts.length > 1;
  const may = useMay(account);
  const link = (to: string, label: string, end = false) => (
    <NavLink key={to} to={to} end={end} className="tab">
      {label}
    </NavLink>
  );
  // On a narrow screen the tabs scroll: where one is must be in view.
  const row = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page has another active tab.
  useEffect(() => {
    row.current?.querySelector('.active')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [pathname]);
  return (
    <nav className="tabs" aria-label={t('app.navigation')} ref={row}>
      {several ? link('/', t('nav.accounts'), true) : null}
      {account ? link(`/accounts/${encodeURIComponent(account)}`, t('nav.overview'), true) : null}
      {account
        ? accountPages
            .filter(({ needs }) => needs.some(may))
            .map(({ name }) => link(`/accounts/${encodeURIComponent(account)}/${name}`, t(`nav.${name}`)))
        : null}
      {!account && may('payment_write') ? link('/received', t('nav.received')) : null}
      {!account && may('support_answer') ? link('/support', t('nav.support')) : null}
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
