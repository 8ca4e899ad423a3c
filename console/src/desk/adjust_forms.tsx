// Goodwill, refunds and write-offs: one form, three sentences about what will happen.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addCredit, addRefund, writeOff } from '../api/calls_desk.ts';
import { refreshAccount } from '../api/queries.ts';
import { useAdjustments } from '../api/queries_account.ts';
import type { NewAdjustment } from '../api/types_desk.ts';
import type { Adjustment, OpenInvoice } from '../api/types_money.ts';
import { compare } from '../exact/decimal.ts';
import { checkAmount, checkText, onlyMistakes } from '../form/checks.ts';
import { EffectDialog } from '../form/effect_dialog.tsx';
import { NumberField, ReasonField, TextField } from '../form/fields.tsx';
import { useForm } from '../form/use_form.ts';
import { dayText, formatDate } from '../ui/time.ts';
import { type MoneyFormProps, useMoneyFacts } from './money_facts.ts';
import { ownReference } from './own_reference.ts';

interface Props extends MoneyFormProps {
  kind: 'credit' | 'refund' | 'writeOff';
  letters: string;
  amount?: string;
  /** The largest amount; undefined: there is none. */
  most?: string;
  /** Names in the sentences, such as the invoice's number. */
  names?: Record<string, string>;
  send(body: NewAdjustment, onceKey: string): Promise<Adjustment>;
}

/** The booking that was there before under this reference: then nothing was booked now. */
function useEarlier(account: string) {
  const [before] = useState(useAdjustments(account).data ?? []);
  return (made: Adjustment) => before.find(({ id, kind }) => id === made.id && kind === made.kind);
}

function AdjustForm({
  account,
  currency,
  zone,
  now,
  kind,
  letters,
  amount,
  most,
  names = {},
  send,
  onClose,
  onDone,
}: Props) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const earlier = useEarlier(account);
  const { places, money } = useMoneyFacts(account, currency);
  const form = useForm({
    start: { amount: amount ?? '', reference: ownReference(letters, dayText(now, zone)), reason: '' },
    check: (values) =>
      onlyMistakes({
        amount: checkAmount(values.amount, places, most, most === undefined ? undefined : money(most)),
        reference: checkText(values.reference, 100),
        reason: checkText(values.reason, 500),
      }),
    send: ({ reference, reason, ...rest }, onceKey) =>
      send({ amount: rest.amount, reference: reference.trim(), reason: reason.trim() }, onceKey),
    onDone: async (made) => {
      const before = earlier(made);
      const facts = { ...names, amount: money(made.amount), reference: made.reference };
      onDone(
        before
          ? { tone: 'near', title: t('desk.repeated', { ...facts, day: formatDate(before.at, zone, i18n.language) }) }
          : { title: t(`desk.${kind}.done`, facts) },
      );
      onClose();
      await refreshAccount(client, account);
    },
  });
  const valid = checkAmount(form.values.amount, places, most) === null;
  const blocked = most !== undefined && compare(most, '0') <= 0;
  const facts = { ...names, amount: valid ? money(form.values.amount) : t('desk.theAmount') };
  const bound = most === undefined ? {} : { hint: t(`desk.${kind}.most`, { most: money(most) }) };
  return (
    <EffectDialog
      title={t(`desk.${kind}.title`, names)}
      effect={blocked ? t(`desk.${kind}.blocked`, facts) : t(`desk.${kind}.effect`, facts)}
      submit={t(`desk.${kind}.submit`)}
      form={form}
      blocked={blocked}
      onClose={onClose}
    >
      <NumberField form={form} name="amount" label={t('desk.amount')} unit={currency} first {...bound} />
      <TextField form={form} name="reference" label={t('desk.reference')} hint={t('desk.referenceHint')} most={100} />
      <ReasonField form={form} name="reason" />
    </EffectDialog>
  );
}

export function CreditForm(props: MoneyFormProps) {
  return (
    <AdjustForm
      {...props}
      kind="credit"
      letters="CR"
      send={(body, onceKey) => addCredit(props.account, body, onceKey)}
    />
  );
}

export function RefundForm(props: MoneyFormProps) {
  const { refundable } = useMoneyFacts(props.account, props.currency);
  if (refundable === null) return null;
  return (
    <AdjustForm
      {...props}
      kind="refund"
      letters="RF"
      most={refundable}
      send={(body, onceKey) => addRefund(props.account, body, onceKey)}
    />
  );
}

export function WriteOffForm({ invoice, ...props }: MoneyFormProps & { invoice: OpenInvoice }) {
  return (
    <AdjustForm
      {...props}
      kind="writeOff"
      letters="WO"
      amount={invoice.open}
      most={invoice.open}
      names={{ invoice: invoice.number }}
      send={(body, onceKey) => writeOff(props.account, { ...body, invoice: invoice.number }, onceKey)}
    />
  );
}
