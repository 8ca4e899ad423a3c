// Where the month is going: what is expected at its end, between which bounds, and when a quota will be crossed.
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/errors.ts';
import { useForecast } from '../api/queries.ts';
import type { Forecast, MeterForecast } from '../api/types.ts';
import { compare, formatMoney, formatQuantity, formatShort } from '../exact/decimal.ts';
import { placesOf, useNames } from '../ui/names.ts';
import { Panel } from '../ui/panel.tsx';
import { Failed, Loading } from '../ui/states.tsx';
import { formatInstant, formatSecond } from '../ui/time.ts';

/** "12" where both bounds are the same, else "10 – 14". */
function rangeText(low: string, high: string): string {
  return low === high ? low : `${low} – ${high}`;
}

interface CrossingProps {
  reached: boolean;
  at: string | null;
  zone: string;
}

function Crossing({ reached, at, zone }: CrossingProps) {
  const { t, i18n } = useTranslation();
  if (reached) return <span className="crossing tone-over">{t('forecast.reached')}</span>;
  if (at === null) return <span className="hint">{t('forecast.never')}</span>;
  return <span className="crossing tone-near">{formatInstant(at, zone, i18n.language)}</span>;
}

function MeterRow({ row, zone }: { row: MeterForecast; zone: string }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const amount = (text: string) => formatQuantity(text, placesOf(row.meter));
  const range = rangeText(amount(row.low), amount(row.high));
  return (
    <tr data-testid={`forecast-${row.meter}`}>
      <th scope="row">{names.meter(row.meter)}</th>
      <td className="num" data-label={t('forecast.used')}>
        {amount(row.used)}
      </td>
      <td className="num" data-label={t('forecast.expected')}>
        <strong>{amount(row.expected)}</strong>
        {range === amount(row.expected) ? null : <span className="hint range">{range}</span>}
      </td>
      <td className="num" data-label={t('forecast.quota')}>
        {row.quota === null ? t('forecast.noQuota') : formatShort(row.quota, i18n.language)}
      </td>
      <td className="num" data-label={t('forecast.crossing')}>
        {row.quota === null ? (
          <span className="hint">–</span>
        ) : (
          <Crossing reached={row.reached} at={row.crossesAt} zone={zone} />
        )}
      </td>
    </tr>
  );
}

function Rows({ forecast, zone }: { forecast: Forecast; zone: string }) {
  const { t } = useTranslation();
  const { budget } = forecast;
  return (
    <table className="table rows">
      <thead>
        <tr>
          <th scope="col">{t('usage.meter')}</th>
          {['used', 'expected', 'quota', 'crossing'].map((column) => (
            <th key={column} scope="col" className="num">
              {t(`forecast.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {forecast.meters.map((row) => (
          <MeterRow key={row.meter} row={row} zone={zone} />
        ))}
        {budget === null ? null : (
          <tr>
            <th scope="row">{t('forecast.budget')}</th>
            <td />
            <td />
            <td className="num" data-label={t('forecast.budgetOf')}>
              {formatMoney(budget.amount, forecast.bill.currency)}
            </td>
            <td className="num" data-label={t('forecast.crossing')}>
              <Crossing reached={budget.reached} at={budget.crossesAt} zone={zone} />
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

export function ForecastPanel({ account, zone }: { account: string; zone: string }) {
  const { t, i18n } = useTranslation();
  const query = useForecast(account);
  const forecast = query.data;
  if (query.error instanceof ApiError && query.error.kind === 'not_found') return null;
  const body = () => {
    if (forecast) {
      return (
        <>
          <Rows forecast={forecast} zone={zone} />
          {forecast.firm ? null : <p className="hint foot">{t('forecast.rough')}</p>}
        </>
      );
    }
    return query.error ? <Failed error={query.error} retry={() => query.refetch()} /> : <Loading height={180} />;
  };
  const bill = () => {
    if (!forecast) return null;
    const money = (amount: string) => formatMoney(amount, forecast.bill.currency);
    return (
      <div className="expected-bill">
        <strong className="headline" data-testid="forecast-bill">
          {money(forecast.bill.total)}
        </strong>
        {compare(forecast.low, forecast.high) === 0 ? null : (
          <span className="hint">{rangeText(money(forecast.low), money(forecast.high))}</span>
        )}
      </div>
    );
  };
  const hint = forecast ? t('forecast.hint', { time: formatSecond(forecast.asOf, zone, i18n.language) }) : undefined;
  return (
    <Panel title={t('forecast.title')} hint={hint} action={bill()}>
      {body()}
    </Panel>
  );
}
