// The lines of a bill or an invoice, each with the sentence that explains its amount. One component for the running
// bill, stored invoices and previews, because they are one thing.
import { useTranslation } from 'react-i18next';
import type { Invoice, InvoiceLine } from '../api/types.ts';
import { compare, formatMoney, formatQuantity, multiply, shift } from '../exact/decimal.ts';
import { meterOfLine, useNames } from '../ui/names.ts';

/** A price as people say it: per million messages, per connection, per GB. */
export function useRateText() {
  const { t } = useTranslation();
  return (kind: string, price: string, currency: string): string => {
    const perMillion = kind === 'messages';
    return t(`line.${kind}.rate`, {
      price: formatMoney(perMillion ? shift(price, 6) : price, currency),
      defaultValue: formatMoney(price, currency),
    });
  };
}

/** A bill of any kind: running, issued, or what another plan would have charged. */
type Bill = Pick<Invoice, 'plan' | 'currency' | 'lines' | 'total'> & Partial<Pick<Invoice, 'percents'>>;

function useExplanation(invoice: Bill) {
  const { t } = useTranslation();
  const names = useNames();
  return (line: InvoiceLine): string => {
    const { kind, quantity, included, overage, unitPrice } = line;
    if (
      meterOfLine(kind) === null ||
      quantity === null ||
      unitPrice === null ||
      included === null ||
      overage === null
    ) {
      const percent = invoice.percents?.[kind as keyof Invoice['percents']] ?? null;
      const why = `line.${kind}.why${line.inclusive ? 'Inclusive' : ''}`;
      return t(percent === null ? why : [`${why}Percent`, why], {
        plan: names.plan(invoice.plan),
        percent,
        defaultValue: '',
      });
    }
    const facts = {
      quantity: formatQuantity(quantity),
      included: t(`line.${kind}.included`, {
        quantity: formatQuantity(included),
        defaultValue: formatQuantity(included),
      }),
      overage: formatQuantity(overage),
      price: formatMoney(unitPrice, invoice.currency),
      amount: formatMoney(line.amount, invoice.currency),
      equals: compare(multiply(overage, unitPrice), line.amount) === 0 ? '=' : '≈',
    };
    if (compare(overage, '0') === 0)
      return compare(quantity, included) > 0 ? t('line.capped', facts) : t('line.within', facts);
    return compare(included, '0') === 0 ? t('line.payg', facts) : t([`line.${kind}.over`, 'line.over'], facts);
  };
}

function Cell({ label, text }: { label: string; text: string | null }) {
  return (
    <td className="num" data-label={label}>
      {text}
    </td>
  );
}

export function BillLines({ invoice }: { invoice: Bill }) {
  const { t } = useTranslation();
  const names = useNames();
  const rate = useRateText();
  const explain = useExplanation(invoice);
  const money = (amount: string) => formatMoney(amount, invoice.currency);
  const quantity = (text: string | null) => (text === null ? null : formatQuantity(text, 4));
  return (
    <table className="table bill">
      <thead>
        <tr>
          <th scope="col">{t('bill.line')}</th>
          <th scope="col" className="num">
            {t('bill.quantity')}
          </th>
          <th scope="col" className="num">
            {t('bill.included')}
          </th>
          <th scope="col" className="num">
            {t('bill.overage')}
          </th>
          <th scope="col" className="num">
            {t('bill.unitPrice')}
          </th>
          <th scope="col" className="num">
            {t('bill.amount')}
          </th>
        </tr>
      </thead>
      {invoice.lines.map((line) => (
        <tbody
          key={`${line.kind}/${line.name ?? ''}`}
          data-testid={`line-${line.kind}`}
          className={line.quantity === null ? 'plain' : ''}
        >
          <tr>
            <th scope="row">{line.name ? `${names.line(line.kind)} ${line.name}` : names.line(line.kind)}</th>
            <Cell label={t('bill.quantity')} text={quantity(line.quantity)} />
            <Cell label={t('bill.included')} text={quantity(line.included)} />
            <Cell label={t('bill.overage')} text={quantity(line.overage)} />
            <Cell
              label={t('bill.unitPrice')}
              text={line.unitPrice === null ? null : rate(line.kind, line.unitPrice, invoice.currency)}
            />
            <td className="num amount">{line.inclusive ? `(${money(line.amount)})` : money(line.amount)}</td>
          </tr>
          <tr className="why-row">
            <td colSpan={6} className="why">
              {explain(line)}
            </td>
          </tr>
        </tbody>
      ))}
      <tfoot>
        <tr>
          <th scope="row" colSpan={5}>
            {t('bill.total')}
          </th>
          <td className="num amount" data-testid="bill-total">
            {money(invoice.total)}
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
