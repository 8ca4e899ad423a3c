import { useTranslation } from 'react-i18next';
import { useBill } from '../api/queries.ts';
import { formatMoney } from '../exact/decimal.ts';
import { Panel } from '../ui/panel.tsx';
import { Failed, Loading } from '../ui/states.tsx';
import { formatMonth, formatSecond } from '../ui/time.ts';
import { BillLines } from './bill_lines.tsx';

export function BillPanel({ account, zone }: { account: string; zone: string }) {
  const { t, i18n } = useTranslation();
  const bill = useBill(account);
  const invoice = bill.data;
  const hint = invoice
    ? t('bill.hint', {
        month: formatMonth(invoice.month, i18n.language),
        time: invoice.asOf ? formatSecond(invoice.asOf, zone, i18n.language) : '–',
      })
    : undefined;
  const total = invoice ? <strong className="headline">{formatMoney(invoice.total, invoice.currency)}</strong> : null;
  return (
    <Panel title={t('bill.title')} hint={hint} action={total}>
      {invoice ? (
        <BillLines invoice={invoice} />
      ) : bill.error ? (
        <Failed error={bill.error} retry={() => bill.refetch()} />
      ) : (
        <Loading height={260} />
      )}
      {invoice ? <p className="hint foot">{t('bill.same')}</p> : null}
    </Panel>
  );
}
