import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useUsage } from '../api/queries.ts';
import type { Booked } from '../api/types_money.ts';
import { useMay } from '../session/may.ts';
import { Notice } from '../ui/notice.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { BalancePanel } from './balance_panel.tsx';
import { BookedNote } from './booked_note.tsx';
import { AdjustmentsPanel, PaymentsPanel } from './lists.tsx';
import { OpenPanel } from './open_panel.tsx';
import { PrepaidPanel } from './prepaid_panel.tsx';
import { RecordPayment } from './record_payment.tsx';
import { StatementPanel } from './statement_panel.tsx';

function Head({ account, currency, zone }: { account: string; currency: string; zone: string }) {
  const { t } = useTranslation();
  const may = useMay(account);
  const [asking, setAsking] = useState(false);
  const [done, setDone] = useState<Booked | null>(null);
  const good = done?.result === 'booked';
  return (
    <>
      <header className="page-head">
        <h1>{t('payments.title')}</h1>
        {may('payment_write') ? (
          <Button onClick={() => setAsking(true)} data-testid="record-payment">
            {t('record.button')}
          </Button>
        ) : null}
      </header>
      {done ? (
        <Notice
          tone={good ? 'ok' : 'near'}
          title={t(`record.result.${done.result}`, { defaultValue: done.result })}
          testId="booked"
        >
          <BookedNote booked={done} />
        </Notice>
      ) : null}
      {asking ? (
        <RecordPayment
          account={account}
          currency={currency}
          zone={zone}
          onClose={() => setAsking(false)}
          onDone={setDone}
        />
      ) : null}
    </>
  );
}

export function PaymentsPage() {
  const { account = '' } = useParams();
  const usage = useUsage(account);
  return (
    <QueryBody query={usage} height={420}>
      {({ month, zone, currency }) => (
        <>
          <Head account={account} currency={currency} zone={zone} />
          <BalancePanel account={account} zone={zone} />
          <PrepaidPanel account={account} zone={zone} />
          <OpenPanel account={account} zone={zone} />
          <StatementPanel account={account} month={month} zone={zone} />
          <PaymentsPanel account={account} />
          <AdjustmentsPanel account={account} zone={zone} />
        </>
      )}
    </QueryBody>
  );
}
