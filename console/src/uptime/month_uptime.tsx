import { useTranslation } from 'react-i18next';
import { useSla } from '../api/queries.ts';
import { compare, formatQuantity } from '../exact/decimal.ts';
import { Panel } from '../ui/panel.tsx';
import { DownRanges } from './down_ranges.tsx';

/** The uptime of the month so far. Nothing where the server does not measure it. */
export function MonthUptime({ account, zone }: { account: string; zone: string }) {
  const { t } = useTranslation();
  const { data: sla } = useSla(account);
  if (!sla?.measured) return null;
  const { soFar, down, left, credit, ranges } = sla.measured;
  const credited = compare(credit, '0') > 0;
  return (
    <Panel
      title={t('uptime.title')}
      hint={t(sla.promised ? 'uptime.promised' : 'uptime.notPromised', { target: sla.target })}
      action={
        <strong className="headline" data-testid="uptime">
          {t('uptime.percent', { percent: soFar })}
        </strong>
      }
      className="uptime"
    >
      <p>
        {compare(down, '0') === 0
          ? t('uptime.none')
          : t(compare(left, '0') > 0 ? 'uptime.down' : 'uptime.tooLong', {
              down: formatQuantity(down),
              left: formatQuantity(left),
            })}
      </p>
      {credited ? <p className="uptime-credit">{t('uptime.willCredit', { credit })}</p> : null}
      <DownRanges ranges={ranges} zone={zone} />
    </Panel>
  );
}
