// The account's own terms of collection, or the operator's again.
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { setCollection } from '../api/calls_desk.ts';
import { refreshAccount } from '../api/queries.ts';
import type { CollectionTerms } from '../api/types_money.ts';
import { checkAmount, checkText, checkWhole, onlyMistakes } from '../form/checks.ts';
import { EffectDialog } from '../form/effect_dialog.tsx';
import { ChoiceField, NumberField, ReasonField } from '../form/fields.tsx';
import { useForm } from '../form/use_form.ts';
import { collectionSentence } from './collection_text.ts';
import { type MoneyFormProps, useMoneyFacts } from './money_facts.ts';

/** Empty: the operator's own terms. */
const modes = ['', 'off', 'classic', 'weekly'] as const;

const bounds = {
  deduction_day: ['1', '28'],
  grace_days: ['0', '90'],
  weekly_grace_hours: ['0', '2160'],
  expiry_notice_days: ['0', '90'],
} as const;
type Counted = keyof typeof bounds;
type Names = Counted | 'mode' | 'tolerance' | 'reason';

function startOf(terms: CollectionTerms): Record<Names, string> {
  return {
    mode: terms.own ? terms.mode : '',
    deduction_day: String(terms.deductionDay),
    grace_days: String(terms.graceDays),
    tolerance: terms.tolerance,
    weekly_grace_hours: String(terms.weeklyGraceHours),
    expiry_notice_days: String(terms.expiryNoticeDays),
    reason: '',
  };
}

/** Counts of days and hours are numbers of the request; all are whole and small. */
function termsOf(values: Record<Names, string>) {
  return {
    mode: values.mode,
    deductionDay: Number(values.deduction_day),
    graceDays: Number(values.grace_days),
    tolerance: values.tolerance,
    weeklyGraceHours: Number(values.weekly_grace_hours),
    expiryNoticeDays: Number(values.expiry_notice_days),
  };
}

function checksOf(values: Record<Names, string>, places: number) {
  const counted = (name: Counted) => checkWhole(values[name], bounds[name][0], bounds[name][1]);
  const own = values.mode !== '';
  return onlyMistakes<Names>({
    deduction_day: own ? counted('deduction_day') : null,
    grace_days: own ? counted('grace_days') : null,
    expiry_notice_days: own ? counted('expiry_notice_days') : null,
    weekly_grace_hours: own ? counted('weekly_grace_hours') : null,
    tolerance: own ? checkAmount(values.tolerance, places) : null,
    reason: checkText(values.reason, 500),
  });
}

export function CollectionForm({ terms, ...props }: MoneyFormProps & { terms: CollectionTerms }) {
  const { account, currency, onClose, onDone } = props;
  const { t } = useTranslation();
  const client = useQueryClient();
  const { places, money } = useMoneyFacts(account, currency);
  const form = useForm({
    start: startOf(terms),
    check: (values) => checksOf(values, places),
    send: (values, onceKey) =>
      setCollection(account, values.mode === '' ? null : termsOf(values), values.reason.trim(), onceKey),
    onDone: async ({ collection }) => {
      const text = collection ? collectionSentence(collection, money, t) : '';
      onDone({ title: t('desk.collection.done'), text });
      onClose();
      await refreshAccount(client, account);
    },
  });
  const { values } = form;
  const { reason: _, ...others } = checksOf(values, places);
  const own = values.mode !== '';
  const said = Object.keys(others).length === 0 ? collectionSentence({ ...termsOf(values), own }, money, t) : null;
  const count = (name: Counted, unit: string) => (
    <NumberField
      form={form}
      name={name}
      label={t(`desk.collection.${name}`)}
      hint={t('desk.bounds', { least: bounds[name][0], most: bounds[name][1] })}
      unit={t(`desk.unit.${unit}`)}
      whole
    />
  );
  return (
    <EffectDialog
      title={t('desk.collection.title')}
      effect={own ? said : t('desk.collection.saysOperator')}
      submit={t('desk.collection.submit')}
      form={form}
      onClose={onClose}
    >
      <ChoiceField
        form={form}
        name="mode"
        label={t('desk.collection.mode')}
        choices={modes.map((value) => ({
          value,
          label: t(`desk.collection.modes.${value === '' ? 'operator' : value}`),
        }))}
      />
      {own && values.mode !== 'off' ? (
        <div className="form-row">
          {count('deduction_day', 'day')}
          {count('grace_days', 'days')}
        </div>
      ) : null}
      {values.mode === 'weekly' ? (
        <div className="form-row">
          <NumberField
            form={form}
            name="tolerance"
            label={t('desk.collection.tolerance')}
            unit={currency}
            hint={t('desk.collection.toleranceHint')}
          />
          {count('weekly_grace_hours', 'hours')}
        </div>
      ) : null}
      {own ? count('expiry_notice_days', 'days') : null}
      <ReasonField form={form} name="reason" />
    </EffectDialog>
  );
}
