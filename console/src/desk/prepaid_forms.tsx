// Prepaid on or off, and what is added to the prepaid balance.
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { addGrant, setPrepaid } from '../api/calls_desk.ts';
import { refreshAccount } from '../api/queries.ts';
import type { Prepaid } from '../api/types_money.ts';
import { compare, formatMoney } from '../exact/decimal.ts';
import { checkAmount, checkText, onlyMistakes, unlessEmpty } from '../form/checks.ts';
import { EffectDialog } from '../form/effect_dialog.tsx';
import { ChoiceField, NumberField, ReasonField, TextField } from '../form/fields.tsx';
import { useForm } from '../form/use_form.ts';
import { checkMoment, instantOf } from '../ui/local_time.ts';
import { dayText, formatInstant } from '../ui/time.ts';
import { type MoneyFormProps, useMoneyFacts } from './money_facts.ts';
import { ownReference } from './own_reference.ts';

export function PrepaidForm({ account, prepaid, onClose, onDone }: MoneyFormProps & { prepaid: Prepaid }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const on = !prepaid.prepaid;
  const form = useForm({
    start: { reason: '' },
    check: ({ reason }) => onlyMistakes({ reason: checkText(reason, 500) }),
    send: ({ reason }, onceKey) => setPrepaid(account, on, reason.trim(), onceKey),
    onDone: async (now) => {
      onDone({ title: t(now.prepaid ? 'desk.prepaid.doneOn' : 'desk.prepaid.doneOff') });
      onClose();
      await refreshAccount(client, account);
    },
  });
  const left = prepaid.grants.filter((grant) => !grant.ended && compare(grant.left, '0') > 0);
  const effect = on
    ? left.length === 0
      ? 'desk.prepaid.effectNothing'
      : 'desk.prepaid.effectOn'
    : 'desk.prepaid.effectOff';
  return (
    <EffectDialog
      title={t(on ? 'desk.prepaid.titleOn' : 'desk.prepaid.titleOff')}
      effect={t(effect)}
      submit={t(on ? 'desk.prepaid.turnOn' : 'desk.prepaid.turnOff')}
      form={form}
      onClose={onClose}
    >
      <ReasonField form={form} name="reason" />
    </EffectDialog>
  );
}

const kinds = ['granted', 'paid'] as const;

function grantChecks(
  values: Record<'amount' | 'reference' | 'reason' | 'expires_at', string>,
  places: number,
  zone: string,
  now: number,
) {
  return onlyMistakes({
    amount: checkAmount(values.amount, places),
    reference: checkText(values.reference, 100),
    expires_at: unlessEmpty(values.expires_at, (text) => checkMoment(text, zone, now)),
    reason: checkText(values.reason, 500),
  });
}

export function GrantForm({ account, currency, zone, now, onClose, onDone }: MoneyFormProps) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const { places, money } = useMoneyFacts(account, currency);
  const reference = () => ownReference('PG', dayText(now, zone));
  const form = useForm({
    start: { kind: 'granted', amount: '', expires_at: '', reference: reference(), reason: '' },
    check: (values) => grantChecks(values, places, zone, now),
    send: (values, onceKey) =>
      addGrant(
        account,
        {
          kind: values.kind,
          amount: values.amount,
          reference: values.reference.trim(),
          expiresAt: instantOf(values.expires_at, zone),
          reason: values.reason.trim(),
        },
        onceKey,
      ),
    onDone: async (now, values) => {
      const text = t('desk.grant.doneLeft', { left: formatMoney(now.left, now.currency) });
      onDone({ title: t('desk.grant.done', { amount: money(values.amount) }), ...(now.prepaid ? { text } : {}) });
      onClose();
      await refreshAccount(client, account);
    },
  });
  const { values } = form;
  const end = instantOf(values.expires_at, zone);
  const amount = checkAmount(values.amount, places) === null ? money(values.amount) : t('desk.theAmount');
  const until = end === null ? '' : formatInstant(end, zone, i18n.language);
  return (
    <EffectDialog
      title={t('desk.grant.title')}
      effect={`${t(`desk.grant.effect.${values.kind}`, { amount })} ${end === null ? t('desk.grant.noEnd') : t('desk.grant.until', { until })}`}
      submit={t('desk.grant.submit')}
      form={form}
      onClose={onClose}
    >
      <ChoiceField
        form={form}
        name="kind"
        label={t('desk.grant.kind')}
        choices={kinds.map((value) => ({ value, label: t(`desk.grant.kinds.${value}`) }))}
      />
      <NumberField form={form} name="amount" label={t('desk.amount')} unit={currency} first />
      <TextField
        form={form}
        name="expires_at"
        type="datetime-local"
        label={t('desk.grant.ends')}
        hint={t('desk.inZone', { zone })}
        optional
      />
      <TextField form={form} name="reference" label={t('desk.reference')} hint={t('desk.referenceHint')} most={100} />
      <ReasonField form={form} name="reason" />
    </EffectDialog>
  );
}
