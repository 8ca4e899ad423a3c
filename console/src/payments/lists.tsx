// Payments that were received, and what else moved the balance besides invoices.
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useAdjustments, usePayments } from '../api/queries_account.ts';
import type { MoneyDesk } from '../desk/money_desk.tsx';
import { formatMoney } from '../exact/decimal.ts';
import { TableHead } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { Empty } from '../ui/states.tsx';
import { formatDate, formatPlainDay } from '../ui/time.ts';

export function PaymentsPanel({ account, desk }: { account: string; desk: MoneyDesk | null }) {
  const { t, i18n } = useTranslation();
  const query = usePayments(account);
  const columns = ['date', 'number', 'payer', 'reference', 'amount'] as const;
  return (
    <Panel title={t('payments.list')} hint={t('payments.listHint')}>
      <QueryBody query={query}>
        {(payments) =>
          payments.length === 0 ? (
            <Empty title={t('payments.empty')}>{t('payments.emptyHint')}</Empty>
          ) : (
            <table className="table rows" data-testid="payments">
              <TableHead
                columns={[
                  ...columns.map((key) => ({ key, label: t(`payments.${key}`), number: key === 'amount' })),
                  ...(desk ? [{ key: 'act', label: t('caps.actions'), number: true }] : []),
                ]}
              />
              <tbody>
                {payments.map((payment) => (
                  <tr key={payment.payment} className={payment.reversed ? 'reversed' : ''}>
                    <th scope="row">{formatPlainDay(payment.date, i18n.language)}</th>
                    <td data-label={t('payments.number')}>
                      <span className="wrap">{payment.id}</span>
                      {payment.reversed ? <span className="badge tone-stop">{t('payments.reversed')}</span> : null}
                    </td>
                    <td data-label={t('payments.payer')}>{payment.payer}</td>
                    <td data-label={t('payments.reference')}>
                      <span className="wrap">{payment.reference}</span>
                    </td>
                    <td className="num amount" data-label={t('payments.amount')}>
                      {formatMoney(payment.amount, payment.currency)}
                    </td>
                    {desk ? (
                      <td className="row-actions">
                        {payment.reversed ? null : (
                          <Button
                            size="compact-sm"
                            variant="default"
                            onClick={() => desk.open({ kind: 'reverse', payment })}
                            data-testid={`reverse-${payment.payment}`}
                          >
                            {t('desk.reverse.button')}
                          </Button>
                        )}
                      </td>
                    ) : null}
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </QueryBody>
    </Panel>
  );
}

/** A reversal's reference is the server's own word for the payment; people have the reason beside it. */
const ownReference = (reference: string) => (reference.startsWith('payment:') ? '' : reference);

/** Nothing where there are none: most accounts never have any. */
export function AdjustmentsPanel({ account, zone }: { account: string; zone: string }) {
  const { t, i18n } = useTranslation();
  const { data } = useAdjustments(account);
  if (!data || data.length === 0) return null;
  return (
    <Panel title={t('adjustments.title')}>
      <table className="table rows" data-testid="adjustments">
        <TableHead
          columns={[
            { key: 'date', label: t('payments.date') },
            { key: 'entry', label: t('statement.entry') },
            { key: 'reference', label: t('payments.reference') },
            { key: 'why', label: t('adjustments.why') },
            { key: 'amount', label: t('payments.amount'), number: true },
          ]}
        />
        <tbody>
          {data.map((each) => (
            <tr key={`${each.kind}/${each.id}`}>
              <th scope="row">{formatDate(each.at, zone, i18n.language)}</th>
              <td data-label={t('statement.entry')}>{t(`entry.${each.kind}`, { defaultValue: each.kind })}</td>
              <td data-label={t('payments.reference')}>
                <span className="wrap">{ownReference(each.reference)}</span>
              </td>
              <td data-label={t('adjustments.why')}>
                <span className="wrap">{each.why}</span>
              </td>
              <td className="num amount" data-label={t('payments.amount')}>
                {formatMoney(each.amount, each.currency)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
