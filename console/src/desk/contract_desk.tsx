// For operators on the contract page: to the editor, ending what is agreed, and the tax of the account's invoices.
import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { endContract, setTax, tryContract } from '../api/calls_desk.ts';
import { refreshAccount } from '../api/queries.ts';
import type { Terms } from '../api/types_terms.ts';
import { compare, formatMoney } from '../exact/decimal.ts';
import { checkPercent, checkText, onlyMistakes } from '../form/checks.ts';
import { type Done, DoneNotice } from '../form/done_notice.tsx';
import { EffectDialog } from '../form/effect_dialog.tsx';
import { ChoiceField, NumberField, ReasonField } from '../form/fields.tsx';
import { useForm } from '../form/use_form.ts';
import { useMay } from '../session/may.ts';

interface FormProps {
  account: string;
  terms: Terms;
  onClose(): void;
  onDone(done: Done): void;
}

function EndForm({ account, onClose, onDone }: FormProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const offer = useQuery({
    queryKey: ['account', account, 'contract offer', 'none'],
    queryFn: ({ signal }) => tryContract(account, {}, signal),
    staleTime: 0,
  }).data;
  const form = useForm({
    start: { reason: '' },
    check: ({ reason }) => onlyMistakes({ reason: checkText(reason, 500) }),
    send: ({ reason }, onceKey) => endContract(account, reason.trim(), onceKey),
    onDone: async () => {
      onDone({ title: t('desk.end.done') });
      onClose();
      await refreshAccount(client, account);
    },
  });
  const money = (amount: string) => formatMoney(amount, offer?.after.currency ?? '');
  const bill = offer ? t('desk.end.bill', { before: money(offer.before.total), after: money(offer.after.total) }) : '';
  return (
    <EffectDialog
      title={t('desk.end.title')}
      effect={`${t('desk.end.effect')} ${bill}`.trim()}
      submit={t('desk.end.submit')}
      form={form}
      danger
      onClose={onClose}
    >
      <ReasonField form={form} name="reason" />
    </EffectDialog>
  );
}

const kinds = ['added', 'inclusive'] as const;

function TaxForm({ account, terms, onClose, onDone }: FormProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const form = useForm({
    start: { rate_percent: terms.tax.percent, kind: terms.tax.inclusive ? 'inclusive' : 'added', reason: '' },
    check: (values) =>
      onlyMistakes({ rate_percent: checkPercent(values.rate_percent), reason: checkText(values.reason, 500) }),
    send: (values, onceKey) =>
      setTax(account, values.rate_percent, values.kind === 'inclusive', values.reason.trim(), onceKey),
    onDone: async ({ tax }) => {
      onDone({ title: t('desk.tax.done', { percent: tax.percent }) });
      onClose();
      await refreshAccount(client, account);
    },
  });
  const { rate_percent: percent, kind } = form.values;
  const right = checkPercent(percent) === null;
  const effect = !right
    ? null
    : compare(percent, '0') === 0
      ? t('desk.tax.effect.none')
      : t(`desk.tax.effect.${kind}`, { percent });
  return (
    <EffectDialog
      title={t('desk.tax.title')}
      effect={effect}
      submit={t('desk.tax.submit')}
      form={form}
      onClose={onClose}
    >
      <NumberField
        form={form}
        name="rate_percent"
        label={t('desk.tax.percent')}
        hint={t('desk.bounds', { least: '0', most: '100' })}
        unit="%"
        first
      />
      <ChoiceField
        form={form}
        name="kind"
        label={t('desk.tax.kind')}
        choices={kinds.map((value) => ({ value, label: t(`desk.tax.kinds.${value}`) }))}
      />
      <ReasonField form={form} name="reason" />
    </EffectDialog>
  );
}

/** What the editor did, when it has led here. */
function useArrival(): Done | null {
  const { t } = useTranslation();
  const state: unknown = useLocation().state;
  const done = typeof state === 'object' && state !== null && 'done' in state;
  return done ? { title: t('desk.contract.done') } : null;
}

/** Nothing for who may not write contracts. */
export function ContractDesk({ account, terms }: { account: string; terms: Terms }) {
  const { t } = useTranslation();
  const may = useMay(account)('contract_write');
  const [form, setForm] = useState<'end' | 'tax' | null>(null);
  const [done, setDone] = useState<Done | null>(useArrival());
  if (!may) return null;
  const agreed = terms.contracts.length > 0;
  const props = { account, terms, onClose: () => setForm(null), onDone: setDone };
  const open = (which: 'end' | 'tax') => {
    setDone(null);
    setForm(which);
  };
  return (
    <div className="panel-action">
      <Button variant="default" onClick={() => open('tax')} data-testid="open-tax">
        {t('desk.tax.button')}
      </Button>
      {agreed ? (
        <Button variant="default" onClick={() => open('end')} data-testid="open-end">
          {t('desk.end.button')}
        </Button>
      ) : null}
      <Button
        component={Link}
        to={`/accounts/${encodeURIComponent(account)}/contract/edit`}
        data-testid="edit-contract"
      >
        {t(agreed ? 'desk.contract.change' : 'desk.contract.new')}
      </Button>
      {form === 'end' ? <EndForm {...props} /> : null}
      {form === 'tax' ? <TaxForm {...props} /> : null}
      <DoneNotice done={done} onClose={() => setDone(null)} />
    </div>
  );
}
