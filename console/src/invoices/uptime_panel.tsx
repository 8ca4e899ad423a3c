// What was measured in an invoice's month when it credits the customer, or when anything was down.
import { useTranslation } from 'react-i18next';
import type { Uptime } from '../api/types.ts';
import { compare, formatQuantity } from '../exact/decimal.ts';
import { Panel } from '../ui/panel.tsx';
import { DownRanges } from '../uptime/down_ranges.tsx';

export function UptimePanel({ uptime, zone }: { uptime: Uptime; zone: string }) {
  const { t } = useTranslation();
  if (compare(uptime.down, '0') === 0 && compare(uptime.credit, '0') === 0) return null;
  const credited = compare(uptime.credit, '0') > 0;
  return (
    <Panel
      title={t('uptime.title')}
      hint={t('uptime.measured', { percent: uptime.percent, target: uptime.target })}
      className="uptime"
    >
      <p data-testid="sla-fact">
        {t(credited ? 'uptime.credited' : 'uptime.notCredited', {
          down: formatQuantity(uptime.down),
          minutes: formatQuantity(uptime.minutes),
          credit: uptime.credit,
        })}
      </p>
      <DownRanges ranges={uptime.ranges} more={uptime.more} zone={zone} />
    </Panel>
  );
}
