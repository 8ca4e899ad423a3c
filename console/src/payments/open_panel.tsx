// Invoices that are not paid in full, and how old what is open is.
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useOpenInvoices } from '../api/queries_account.ts';
import type { OpenInvoices } from '../api/types_money.ts';
import type { MoneyDesk } from '../desk/money_desk.tsx';
import { formatMoney } from '../exact/decimal.ts';
import { Figures, TableHead } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { Empty } from '../ui/states.tsx';
import { formatDate, formatInstant, formatMonth } from '../ui/time.ts';

function Ageing({ open }: { open: OpenInvoices }) {
  const { t } = useTranslation();
  const name = (from: number, to: number | null) =>
    to === null ? t('open.older', { days: from - 1 }) : t('open.range', { from, to });
  return (
    <section className="ageing" aria-label={t('open.ageing')}>
      <p className="hint">{t('open.ageing')}</p>
      <Figures
        figures={open.ageing.map((age) => ({
          label: name(age.from, age.to),
          value: formatMoney(age.open, open.currency),
          testId: `ageing-${age.from}`,
        }))}
      />
    </section>
  );
}

interface RowsProps {
  account: string;
  open: OpenInvoices;
  zone: string;
  desk: MoneyDesk | null;
}

function Rows({ account, open, zone, desk }: RowsProps) {
  const { t, i18n } = useTranslation();
  const money = (amount: string) => formatMoney(amount, open.currency);
  const columns = ['invoice', 'issued', 'due', 'age', 'total', 'paid', 'open'] as const;
  const numbers = ['age', 'total', 'paid', 'open'];
  const label = Object.fromEntries(columns.map((key) => [key, t(`open.${key}`)]));
  return (
    <table className="table rows" data-testid="open-invoices">
      <TableHead
        columns={[
          ...columns.map((key) => ({ key, label: t(`open.${key}`), number: numbers.includes(key) })),
          ...(desk ? [{ key: 'act', label: t('caps.actions'), number: true }] : []),
        ]}
      />
      <tbody>
        {open.items.map((each) => (
          <tr key={each.number}>
            <th scope="row">
              <Link to={`/accounts/${encodeURIComponent(account)}/invoices/${encodeURIComponent(each.number)}`}>
                {each.number}
              </Link>
              <span className="why">{formatMonth(each.month, i18n.language)}</span>
            </th>
            <td data-label={label.issued}>{formatDate(each.issuedAt, zone, i18n.language)}</td>
            <td data-label={label.due}>
              {each.deductionAt === null ? '–' : formatInstant(each.deductionAt, zone, i18n.language)}
            </td>
            <td className="num" data-label={label.age}>
              {t('open.days', { count: each.days })}
            </td>
            <td className="num" data-label={label.total}>
              {money(each.total)}
            </td>
            <td className="num" data-label={label.paid}>
              {money(each.paid)}
            </td>
            <td className="num amount" data-label={label.open}>
              {money(each.open)}
            </td>
            {desk ? (
              <td className="row-actions">
                <Button
                  size="compact-sm"
                  variant="default"
                  onClick={() => desk.open({ kind: 'writeOff', invoice: each })}
                  data-testid={`write-off-${each.number}`}
                >
                  {t('desk.writeOff.button')}
                </Button>
              </td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function OpenPanel({ account, zone, desk }: { account: string; zone: string; desk: MoneyDesk | null }) {
  const { t } = useTranslation();
  const query = useOpenInvoices(account);
  const total = query.data ? (
    <strong className="headline" data-testid="open-total">
      {formatMoney(query.data.open, query.data.currency)}
    </strong>
  ) : null;
  return (
    <Panel title={t('open.title')} hint={t('open.hint')} action={total}>
      <QueryBody query={query}>
        {(open) =>
          open.items.length === 0 ? (
            <Empty title={t('open.empty')}>{t('open.emptyHint')}</Empty>
          ) : (
            <>
              <Rows account={account} open={open} zone={zone} desk={desk} />
              <Ageing open={open} />
            </>
          )
        }
      </QueryBody>
    </Panel>
  );
}
