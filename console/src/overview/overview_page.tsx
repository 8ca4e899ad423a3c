import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { ApiError } from '../api/errors.ts';
import { busyMs, calmMs, PaceContext, refreshMeters, useAccount, useUsage } from '../api/queries.ts';
import { meterNames, type Usage } from '../api/types.ts';
import { BillPanel } from '../bill/bill_panel.tsx';
import { LivePanel } from '../live/live_panel.tsx';
import { ForecastPanel } from '../outlook/forecast_panel.tsx';
import { useMay } from '../session/may.ts';
import { useSession } from '../session/store.ts';
import { useNames } from '../ui/names.ts';
import { Notice } from '../ui/notice.tsx';
import { Failed, Loading } from '../ui/states.tsx';
import { formatMonth, formatSecond, timeLeft } from '../ui/time.ts';
import { MonthUptime } from '../uptime/month_uptime.tsx';
import { MeterCard } from '../usage/meter_card.tsx';
import { Notices } from '../usage/notices.tsx';
import { ProjectsPanel } from '../usage/projects_panel.tsx';
import { UsagePanel } from '../usage/usage_panel.tsx';

function useLeft(end: string): string {
  const { t } = useTranslation();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 20_000);
    return () => clearInterval(timer);
  }, []);
  const { days, hours, minutes } = timeLeft(now, Date.parse(end));
  if (days > 0) return t('head.daysLeft', { days, hours });
  return hours > 0 ? t('head.hoursLeft', { hours, minutes }) : t('head.minutesLeft', { minutes });
}

function Head({ account, usage }: { account: string; usage: Usage }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const self = useAccount(account);
  const left = useLeft(usage.end);
  return (
    <header className="page-head">
      <div>
        <h1>{self.data?.name ?? account}</h1>
        <ul className="facts">
          <li className="plan-name" data-testid="plan">
            {names.plan(usage.plan)}
          </li>
          <li>{t('head.catalogue', { name: usage.catalogue })}</li>
          <li>{formatMonth(usage.month, i18n.language)}</li>
          <li>{left}</li>
          {usage.nextPlan ? <li>{t('head.nextPlan', { plan: names.plan(usage.nextPlan) })}</li> : null}
          {self.data?.suspended ? <li className="badge tone-stop">{t('head.suspended')}</li> : null}
        </ul>
      </div>
      <Button component={Link} to={`/accounts/${encodeURIComponent(account)}/plans`} variant="default">
        {t('head.changePlan')}
      </Button>
    </header>
  );
}

/** Old numbers are shown as old: never a frozen page that looks alive. */
function Stale({ usage, error }: { usage: Usage; error: unknown }) {
  const { t, i18n } = useTranslation();
  if (!error) return null;
  return (
    <Notice tone="near" title={t('state.stale')} testId="stale">
      {t('state.staleSince', { time: formatSecond(usage.asOf, usage.zone, i18n.language) })}
    </Notice>
  );
}

function Overview({ account, onLive }: { account: string; onLive(on: boolean): void }) {
  const client = useQueryClient();
  const { person } = useSession();
  // Each tab is a user of its own: one user ID has one connection, and a second log-in would end the first.
  const [userId] = useState(() => `console-${person.id}-${Math.random().toString(36).slice(2, 6)}`);
  const may = useMay(account);
  const usage = useUsage(account);
  const onUse = useCallback(() => void refreshMeters(client, account), [client, account]);
  if (!usage.data) {
    if (!usage.error) return <Loading height={420} />;
    const missing = usage.error instanceof ApiError && ['not_found', 'forbidden'].includes(usage.error.kind);
    return <Failed error={usage.error} {...(missing ? {} : { retry: () => usage.refetch() })} />;
  }
  return (
    <>
      <Head account={account} usage={usage.data} />
      <Stale usage={usage.data} error={usage.error} />
      <Notices usage={usage.data} account={account} />
      <div className="meters">
        {meterNames.map((name) => (
          <MeterCard key={name} name={name} usage={usage.data} />
        ))}
      </div>
      <div className="columns">
        {may('bill_read') ? (
          <div className={may('token_create') ? 'cell' : 'cell whole'}>
            <BillPanel account={account} zone={usage.data.zone} />
          </div>
        ) : null}
        {may('token_create') ? (
          <LivePanel account={account} userId={userId} zone={usage.data.zone} onUse={onUse} onState={onLive} />
        ) : null}
        <UsagePanel account={account} usage={usage.data} />
        <ProjectsPanel account={account} usage={usage.data} />
        {may('bill_read') ? <ForecastPanel account={account} zone={usage.data.zone} /> : null}
        <MonthUptime account={account} zone={usage.data.zone} />
      </div>
    </>
  );
}

export function OverviewPage() {
  const { account = '' } = useParams();
  const [live, setLive] = useState(false);
  return (
    <PaceContext value={live ? busyMs : calmMs}>
      <Overview key={account} account={account} onLive={setLive} />
    </PaceContext>
  );
}
