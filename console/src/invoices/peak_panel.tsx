// When each project's peak was reached, how many were connected, and who: a number alone cannot be recounted.
import { useTranslation } from 'react-i18next';
import { usePeaks } from '../api/queries.ts';
import type { Invoice, Peak } from '../api/types.ts';
import { compare, formatQuantity } from '../exact/decimal.ts';
import { Panel } from '../ui/panel.tsx';
import { ScrollBox } from '../ui/scroll_box.tsx';
import { Empty, Loading } from '../ui/states.tsx';
import { formatMoment } from '../ui/time.ts';

function Listed({ peak, zone }: { peak: Peak; zone: string }) {
  const { t, i18n } = useTranslation();
  const label = t('peak.listed', { name: peak.name });
  return (
    <details className="listed">
      <summary>{t('peak.show', { shown: peak.listed.length, all: formatQuantity(peak.connections) })}</summary>
      <ScrollBox className="tall" label={label}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('peak.user')}</th>
              <th scope="col" className="num">
                {t('peak.since')}
              </th>
            </tr>
          </thead>
          <tbody>
            {peak.listed.map(({ user, openedAt }, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: one user may be listed twice with the same instant.
              <tr key={place}>
                <th scope="row">{user}</th>
                <td className="num">{formatMoment(openedAt, zone, i18n.language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </details>
  );
}

export function PeakPanel({ invoice, zone }: { invoice: Invoice; zone: string }) {
  const { t, i18n } = useTranslation();
  const { peaks, isPending } = usePeaks(invoice);
  const reached = peaks.filter(({ connections }) => compare(connections, '0') > 0);
  const body = () => {
    if (isPending) return <Loading height={90} />;
    if (reached.length === 0) return <Empty title={t('peak.empty')} />;
    return (
      <ul className="peaks" data-testid="peaks">
        {reached.map((peak) => (
          <li key={peak.project}>
            <p>
              <strong>{peak.name}</strong>
              <span className="peak-fact">
                {t('peak.fact', {
                  connections: formatQuantity(peak.connections),
                  at: formatMoment(peak.at, zone, i18n.language),
                })}
              </span>
            </p>
            {peak.listed.length === 0 ? null : <Listed peak={peak} zone={zone} />}
          </li>
        ))}
      </ul>
    );
  };
  return (
    <Panel title={t('peak.title')} hint={t('peak.hint')}>
      {body()}
    </Panel>
  );
}
