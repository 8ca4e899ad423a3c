// A payment did not happen: the bank took it back, or it was booked for the wrong account.
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { reversePayment } from '../api/calls_desk.ts';
import { refreshAccount } from '../api/queries.ts';
import type { Payment } from '../api/types_money.ts';
import { formatMoney } from '../exact/decimal.ts';
import { checkText, onlyMistakes } from '../form/checks.ts';
import { EffectDialog } from '../form/effect_dialog.tsx';
import { ReasonField } from '../form/fields.tsx';
import { useForm } from '../form/use_form.ts';
import type { MoneyFormProps } from './money_facts.ts';

export function ReverseForm({ account, payment, onClose, onDone }: MoneyFormProps & { payment: Payment }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const facts = { amount: formatMoney(payment.amount, payment.currency), number: payment.id };
  const form = useForm({
    start: { reason: '' },
    check: ({ reason }) => onlyMistakes({ reason: checkText(reason, 500) }),
    send: ({ reason }, onceKey) => reversePayment(account, payment.payment, reason.trim(), onceKey),
    onDone: async () => {
      onDone({ title: t('desk.reverse.done', facts) });
      onClose();
      await refreshAccount(client, account);
    },
  });
  return (
    <EffectDialog
      title={t('desk.reverse.title')}
      effect={t('desk.reverse.effect', facts)}
      submit={t('desk.reverse.submit')}
      form={form}
      onClose={onClose}
    >
      <ReasonField form={form} name="reason" />
    </EffectDialog>
  );
}
