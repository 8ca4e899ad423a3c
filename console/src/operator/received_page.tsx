// For operators: bank statements, and payments that wait for an account.
import { Button, Select } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { assignPayment } from '../api/calls_money.ts';
import { useAccounts } from '../api/queries.ts';
import { useSuspense } from '../api/queries_account.ts';
import type { Payment } from '../api/types_money.ts';
import { formatMoney } from '../exact/decimal.ts';
import { useMay } from '../session/may.ts';
import { TableHead } from '../ui/figures.tsx';
import { Notice } from '../ui/notice.tsx';
import { Panel } from '../ui/panel.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { Empty, Failed } from '../ui/states.tsx';
import { formatPlainDay } from '../ui/time.ts';
import { ImportPanel } from './import_panel.tsx';

interface RowProps {
  payment: Payment;
  accounts: { value: string; label: string }[];
  onDone(account: string): void;
  onError(error: unknown): void;
}

function WaitingRow({ payment, accounts, onDone, onError }: RowProps) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const [account, setAccount] = useState<string | null>(null);
  const assign = useMutation({
    mutationFn: (to: string) => assignPayment(payment.payment, to, t('received.reason')),
    onMutate: () => onError(null),
    onSuccess: async (_, to) => {
      onDone(accounts.find(({ value }) => value === to)?.label ?? to);
      await client.invalidateQueries();
    },
    onError,
  });
  return (
    <tr data-testid={`waiting-${payment.id}`}>
      <th scope="row">{formatPlainDay(payment.date, i18n.language)}</th>
      <td data-label={t('payments.number')}>
        <span className="wrap">{payment.id}</span>
      </td>
      <td data-label={t('payments.payer')}>
        <span className="wrap">{payment.payer}</span>
      </td>
      <td data-label={t('payments.reference')}>
        <span className="wrap">{payment.reference}</span>
      </td>
      <td className="num amount" data-label={t('payments.amount')}>
        {formatMoney(payment.amount, payment.currency)}
      </td>
      <td className="row-actions">
        <Select
          size="xs"
          w={170}
          aria-label={t('received.assignTo')}
          placeholder={t('received.assignTo')}
          searchable
          data={accounts}
          value={account}
          onChange={setAccount}
        />
        <Button
          size="compact-sm"
          variant="default"
          disabled={account === null}
          loading={assign.isPending}
          onClick={() => account !== null && assign.mutate(account)}
        >
          {t('received.assign')}
        </Button>
      </td>
    </tr>
  );
}

function WaitingPanel() {
  const { t } = useTranslation();
  const query = useSuspense();
  const accounts = (useAccounts(true).data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const [done, setDone] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const columns = ['date', 'number', 'payer', 'reference', 'amount'] as const;
  return (
    <Panel title={t('received.waiting')} hint={t('received.waitingHint')}>
      {done === null ? null : <Notice tone="ok" title={t('received.assigned', { account: done })} testId="assigned" />}
      {failure ? <Failed error={failure} /> : null}
      <QueryBody query={query}>
        {(payments) =>
          payments.length === 0 ? (
            <Empty title={t('received.empty')}>{t('received.emptyHint')}</Empty>
          ) : (
            <table className="table rows" data-testid="waiting">
              <TableHead
                columns={[
                  ...columns.map((key) => ({ key, label: t(`payments.${key}`), number: key === 'amount' })),
                  { key: 'assign', label: t('received.assignTo'), number: true },
                ]}
              />
              <tbody>
                {payments.map((payment) => (
                  <WaitingRow
                    key={payment.payment}
                    payment={payment}
                    accounts={accounts}
                    onDone={setDone}
                    onError={setFailure}
                  />
                ))}
              </tbody>
            </table>
          )
        }
      </QueryBody>
    </Panel>
  );
}

export function ReceivedPage() {
  const { t } = useTranslation();
  const may = useMay()('payment_write');
  return (
    <>
      <header className="page-head">
        <h1>{t('received.title')}</h1>
      </header>
      {may ? (
        <>
          <ImportPanel />
          <WaitingPanel />
        </>
      ) : (
        <Notice tone="stop" title={t('received.mayNot')} />
      )}
    </>
  );
}
