// What needs attention now, told at the head of the page: quotas and gaps of the meter.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Usage } from '../api/types.ts';
import { formatQuantity } from '../exact/decimal.ts';
import { AlertIcon, GapIcon, PlusIcon, StopIcon } from '../ui/icons.tsx';
import { placesOf, useNames } from '../ui/names.ts';
import { Notice } from '../ui/notice.tsx';
import { formatInstant } from '../ui/time.ts';
import { toneOf } from './meter_card.tsx';
import { type MeterNotice, type MeterState, noticesOf } from './meter_state.ts';

function iconOf(state: MeterState): ReactNode {
  if (state === 'stopped') return <StopIcon />;
  return state === 'over' ? <PlusIcon /> : <AlertIcon />;
}

function QuotaNotice({ notice, usage, account }: { notice: MeterNotice; usage: Usage; account: string }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const name = notice.meter;
  const facts = {
    meter: names.meter(name),
    percent: notice.view.percent ?? 0,
    overage: `${formatQuantity(notice.view.overage, placesOf(name))}${name === 'storage_gb' ? ' GB' : ''}`,
    reset: formatInstant(usage.end, usage.zone, i18n.language),
  };
  const text = t(`notice.${notice.state}.text`, facts);
  const stopped = notice.state === 'stopped';
  return (
    <Notice
      tone={toneOf(notice.state)}
      icon={iconOf(notice.state)}
      title={t(`notice.${notice.state}.title`, facts)}
      urgent={stopped}
      testId={`notice-${name}-${notice.state}`}
      action={
        <Button
          component={Link}
          to={`/accounts/${encodeURIComponent(account)}/plans`}
          size="compact-sm"
          variant="default"
        >
          {t('notice.plans')}
        </Button>
      }
    >
      {stopped ? `${t(`meter.${name}.stopped`)} ${text}` : text}
    </Notice>
  );
}

export function Notices({ usage, account }: { usage: Usage; account: string }) {
  const { t, i18n } = useTranslation();
  const notices = noticesOf(usage.meters, usage.hard);
  if (notices.length === 0 && usage.gaps.length === 0) return null;
  const at = (instant: string) => formatInstant(instant, usage.zone, i18n.language);
  return (
    <div className="notices">
      {notices.map((notice) => (
        <QuotaNotice key={notice.meter} notice={notice} usage={usage} account={account} />
      ))}
      {usage.gaps.length > 0 ? (
        <Notice tone="gap" icon={<GapIcon />} title={t('gap.title')} testId="notice-gap">
          {t('gap.text')}{' '}
          {usage.gaps
            .slice(0, 3)
            .map((gap) => t('gap.range', { start: at(gap.start), end: at(gap.end) }))
            .join('; ')}
          {usage.gaps.length > 3 ? ` ${t('gap.more', { count: usage.gaps.length - 3 })}` : ''}
        </Notice>
      ) : null}
    </div>
  );
}
