// What may be booked by hand on an account's payments page: which form is open, and what was done last.
import { Button, Menu } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CollectionTerms, OpenInvoice, Payment, Prepaid } from '../api/types_money.ts';
import { type Done, DoneNotice } from '../form/done_notice.tsx';
import { RecordPayment } from '../payments/record_payment.tsx';
import { useMay } from '../session/may.ts';
import { CreditForm, RefundForm, WriteOffForm } from './adjust_forms.tsx';
import { CollectionForm } from './collection_form.tsx';
import type { MoneyFormProps } from './money_facts.ts';
import { GrantForm, PrepaidForm } from './prepaid_forms.tsx';
import { ReverseForm } from './reverse_form.tsx';

export type MoneyAct =
  | { kind: 'record' | 'credit' | 'refund' | 'grant' }
  | { kind: 'writeOff'; invoice: OpenInvoice }
  | { kind: 'reverse'; payment: Payment }
  | { kind: 'prepaid'; prepaid: Prepaid }
  | { kind: 'collection'; terms: CollectionTerms };

export interface MoneyDesk {
  open(act: MoneyAct): void;
}

function OpenForm({ act, ...props }: MoneyFormProps & { act: MoneyAct }) {
  switch (act.kind) {
    case 'record':
      return <RecordPayment {...props} />;
    case 'credit':
      return <CreditForm {...props} />;
    case 'refund':
      return <RefundForm {...props} />;
    case 'writeOff':
      return <WriteOffForm {...props} invoice={act.invoice} />;
    case 'reverse':
      return <ReverseForm {...props} payment={act.payment} />;
    case 'prepaid':
      return <PrepaidForm {...props} prepaid={act.prepaid} />;
    case 'grant':
      return <GrantForm {...props} />;
    case 'collection':
      return <CollectionForm {...props} terms={act.terms} />;
  }
}

/** The desk of one account; `desk` is null for who may not book. */
export function useMoneyDesk(facts: Pick<MoneyFormProps, 'account' | 'currency' | 'zone' | 'now'>) {
  const may = useMay(facts.account)('payment_write');
  const [act, setAct] = useState<MoneyAct | null>(null);
  const [done, setDone] = useState<Done | null>(null);
  const open = (next: MoneyAct) => {
    setDone(null);
    setAct(next);
  };
  const dialogs = may ? (
    <>
      {act === null ? null : <OpenForm {...facts} act={act} onClose={() => setAct(null)} onDone={setDone} />}
      <DoneNotice done={done} onClose={() => setDone(null)} />
    </>
  ) : null;
  return { desk: may ? { open } : null, dialogs };
}

/** The buttons at the head of the page. */
export function MoneyButtons({ desk }: { desk: MoneyDesk }) {
  const { t } = useTranslation();
  return (
    <div className="panel-action">
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <Button variant="default" data-testid="more-bookings">
            {t('desk.more')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => desk.open({ kind: 'credit' })} data-testid="open-credit">
            {t('desk.credit.button')}
          </Menu.Item>
          <Menu.Item onClick={() => desk.open({ kind: 'refund' })} data-testid="open-refund">
            {t('desk.refund.button')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Button onClick={() => desk.open({ kind: 'record' })} data-testid="record-payment">
        {t('record.button')}
      </Button>
    </div>
  );
}
