import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useInvoices } from '../api/queries.ts';
import { formatMoney } from '../exact/decimal.ts';
import { useNames } from '../ui/names.ts';
import { Panel } from '../ui/panel.tsx';
import { Empty, Failed, Loading } from '../ui/states.tsx';
import { formatMonth } from '../ui/time.ts';

export function InvoicesPage() {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const { account = '' } = useParams();
  const invoices = useInvoices(account);
  const list = () => {
    if (invoices.error && !invoices.data) return <Failed error={invoices.error} retry={() => invoices.refetch()} />;
    if (!invoices.data) return <Loading height={200} />;
    if (invoices.data.length === 0) return <Empty title={t('invoices.empty')}>{t('invoices.emptyHint')}</Empty>;
    return (
      <table className="table rows" data-testid="invoices">
        <thead>
          <tr>
            <th scope="col">{t('invoices.month')}</th>
            <th scope="col">{t('invoices.number')}</th>
            <th scope="col">{t('invoices.plan')}</th>
            <th scope="col">{t('invoices.state')}</th>
            <th scope="col" className="num">
              {t('invoices.total')}
            </th>
          </tr>
        </thead>
        <tbody>
          {invoices.data.map((invoice) => (
            <tr key={invoice.number ?? invoice.month}>
              <th scope="row">
                <Link
                  to={`/accounts/${encodeURIComponent(account)}/invoices/${encodeURIComponent(invoice.number ?? '')}`}
                >
                  {formatMonth(invoice.month, i18n.language)}
                </Link>
              </th>
              <td data-label={t('invoices.number')}>{invoice.number}</td>
              <td data-label={t('invoices.plan')}>{names.plan(invoice.plan)}</td>
              <td data-label={t('invoices.state')}>
                {t(`invoiceState.${invoice.state}`, { defaultValue: invoice.state })}
              </td>
              <td className="num amount" data-label={t('invoices.total')}>
                {formatMoney(invoice.total, invoice.currency)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    );
  };
  return (
    <>
      <header className="page-head">
        <h1>{t('invoices.title')}</h1>
      </header>
      <Panel title={t('invoices.all')} hint={t('invoices.hint')}>
        {list()}
      </Panel>
    </>
  );
}
