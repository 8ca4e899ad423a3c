import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { fetchInvoice } from '../api/calls.ts';
import { useAccount, useInvoice } from '../api/queries.ts';
import type { Invoice } from '../api/types.ts';
import { BillLines } from '../bill/bill_lines.tsx';
import { formatMoney } from '../exact/decimal.ts';
import { BackLink } from '../ui/back_link.tsx';
import { FileButton } from '../ui/file_button.tsx';
import { PrintIcon } from '../ui/icons.tsx';
import { useNames } from '../ui/names.ts';
import { Failed, Loading } from '../ui/states.tsx';
import { formatInstant, formatMonth } from '../ui/time.ts';
import { CreditNotes } from './credit_notes.tsx';
import { PeakPanel } from './peak_panel.tsx';
import { ProofPanel } from './proof_panel.tsx';
import { UptimePanel } from './uptime_panel.tsx';

/** An invoice of a server that does not name its zone is shown in UTC. */
const zoneOf = (invoice: Invoice) => invoice.zone ?? 'UTC';

function Sheet({ account, invoice }: { account: string; invoice: Invoice }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const self = useAccount(account);
  const fact = (label: string, value: string | null) =>
    value === null ? null : (
      <div>
        <dt>{label}</dt>
        <dd>{value}</dd>
      </div>
    );
  const zone = zoneOf(invoice);
  return (
    <article className="panel sheet" aria-label={t('invoice.title')}>
      <header className="sheet-head">
        <div>
          <p className="hint">{t('invoice.title')}</p>
          <h1>{formatMonth(invoice.month, i18n.language)}</h1>
        </div>
        <p className="sheet-total">{formatMoney(invoice.total, invoice.currency)}</p>
      </header>
      <dl className="sheet-facts">
        {fact(t('invoices.number'), invoice.number)}
        {fact(t('invoice.account'), self.data?.name ?? account)}
        {fact(t('invoices.plan'), names.plan(invoice.plan))}
        {fact(t('invoice.catalogue'), invoice.catalogue)}
        {fact(t('invoices.state'), t(`invoiceState.${invoice.state}`, { defaultValue: invoice.state }))}
        {fact(
          t('invoice.issued'),
          invoice.issuedAt === null ? null : formatInstant(invoice.issuedAt, zone, i18n.language),
        )}
      </dl>
      <BillLines invoice={invoice} />
      <p className="hint foot">{t('invoice.foot')}</p>
    </article>
  );
}

export function InvoicePage() {
  const { t } = useTranslation();
  const { account = '', number = '' } = useParams();
  const query = useInvoice(account, number);
  const invoice = query.data;
  const [failure, setFailure] = useState<unknown>(null);
  return (
    <>
      <div className="page-tools">
        <BackLink to={`/accounts/${encodeURIComponent(account)}/invoices`} title={t('invoices.title')} />
        {invoice ? (
          <div className="panel-action">
            {(['pdf', 'xlsx', 'csv', 'json'] as const).map((format) => (
              <FileButton
                key={format}
                label={format.toUpperCase()}
                fetch={() => fetchInvoice(account, number, format)}
                onError={setFailure}
                testId={`download-${format}`}
              />
            ))}
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<PrintIcon size={14} />}
              onClick={() => window.print()}
            >
              {t('invoice.print')}
            </Button>
          </div>
        ) : null}
      </div>
      {failure ? <Failed error={failure} /> : null}
      {invoice ? (
        <>
          <Sheet account={account} invoice={invoice} />
          <CreditNotes invoice={invoice} />
          {invoice.uptime ? <UptimePanel uptime={invoice.uptime} zone={zoneOf(invoice)} /> : null}
          <PeakPanel invoice={invoice} zone={zoneOf(invoice)} />
          <ProofPanel account={account} number={number} invoice={invoice} />
        </>
      ) : query.error ? (
        <Failed error={query.error} retry={() => query.refetch()} />
      ) : (
        <Loading height={420} />
      )}
    </>
  );
}
