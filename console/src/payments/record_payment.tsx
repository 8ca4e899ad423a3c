// For operators: a payment that arrived, booked by hand.
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { recordPayment } from '../api/calls_money.ts';
import { refreshAccount } from '../api/queries.ts';
import { type MoneyFormProps, useMoneyFacts } from '../desk/money_facts.ts';
import { checkAmount, checkText, onlyMistakes } from '../form/checks.ts';
import { EffectDialog } from '../form/effect_dialog.tsx';
import { NumberField, TextField } from '../form/fields.tsx';
import { useForm } from '../form/use_form.ts';
import { dayText } from '../ui/time.ts';
import { BookedNote } from './booked_note.tsx';

export function RecordPayment({ account, currency, zone, now, onClose, onDone }: MoneyFormProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { places } = useMoneyFacts(account, currency);
  const form = useForm({
    start: { id: '', amount: '', date: dayText(now, zone), payer: '', reference: '' },
    check: ({ id, amount, date }) =>
      onlyMistakes({
        id: checkText(id, 100),
        amount: checkAmount(amount, places),
        date: checkText(date, 10),
      }),
    send: (values, onceKey) => recordPayment(account, { ...values, currency }, onceKey),
    onDone: async (booked) => {
      const good = booked.result === 'booked';
      onDone({
        tone: good ? 'ok' : 'near',
        title: t(`record.result.${booked.result}`, { defaultValue: booked.result }),
        ...(booked.problem === null ? {} : { text: <BookedNote booked={booked} /> }),
      });
      onClose();
      await refreshAccount(client, account);
    },
  });
  return (
    <EffectDialog
      title={t('record.title')}
      effect={t('record.hint')}
      submit={t('record.submit')}
      form={form}
      onClose={onClose}
    >
      <TextField form={form} name="id" label={t('record.number')} most={100} first />
      <NumberField form={form} name="amount" label={t('desk.amount')} unit={currency} />
      <TextField form={form} name="date" type="date" label={t('record.date')} />
      <TextField form={form} name="payer" label={t('record.payer')} optional />
      <TextField form={form} name="reference" label={t('record.reference')} most={500} optional />
    </EffectDialog>
  );
}
