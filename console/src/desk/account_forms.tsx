// For operators: a new account; one that is suspended or comes back.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { openAccount, suspendAccount } from '../api/calls_desk.ts';
import { refreshAccount, useAccounts, usePlans } from '../api/queries.ts';
import { useCatalogues } from '../api/queries_desk.ts';
import type { Account } from '../api/types.ts';
import type { CatalogueHead } from '../api/types_desk.ts';
import { compare } from '../exact/decimal.ts';
import { checkEmail, checkText, onlyMistakes } from '../form/checks.ts';
import type { Done } from '../form/done_notice.tsx';
import { EffectDialog } from '../form/effect_dialog.tsx';
import { ChoiceField, ReasonField, TextField } from '../form/fields.tsx';
import { useForm } from '../form/use_form.ts';
import { useNames } from '../ui/names.ts';
import { QueryBody } from '../ui/query_body.tsx';

export interface AccountFormProps {
  onClose(): void;
  onDone(done: Done): void;
}

/** "cn26 · China 2026, CNY" */
export function catalogueLabel({ name, title, currency }: CatalogueHead, language: string): string {
  const said = title[language] ?? title.en;
  return said === undefined ? `${name} · ${currency}` : `${name} · ${said} · ${currency}`;
}

const locales = ['zh', 'en'] as const;

/** The price list to begin with: that of the newest account, else the one that is in force since last. */
export function usualCatalogue(accounts: readonly Account[], catalogues: readonly CatalogueHead[]): string {
  const newest = accounts.reduce<Account | null>(
    (best, each) => (best && compare(best.id, each.id) > 0 ? best : each),
    null,
  );
  const latest = [...catalogues].sort((a, b) => a.effectiveFrom.localeCompare(b.effectiveFrom)).at(-1);
  return newest?.catalogue ?? latest?.name ?? '';
}

export function OpenAccountForm(props: AccountFormProps) {
  const accounts = useAccounts(true);
  const catalogues = useCatalogues();
  return (
    <QueryBody query={catalogues} height={0}>
      {(all) => (
        <QueryBody query={accounts} height={0}>
          {(known) => <OpenForm {...props} catalogues={all} usual={usualCatalogue(known, all)} />}
        </QueryBody>
      )}
    </QueryBody>
  );
}

interface OpenProps extends AccountFormProps {
  catalogues: CatalogueHead[];
  usual: string;
}

function OpenForm({ catalogues, usual, onClose, onDone }: OpenProps) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const client = useQueryClient();
  const form = useForm({
    start: { name: '', email: '', locale: i18n.language === 'zh' ? 'zh' : 'en', catalogue: usual, plan: 'free' },
    check: ({ name, email }) => onlyMistakes({ name: checkText(name, 200), email: checkEmail(email.trim()) }),
    send: (values, onceKey) =>
      openAccount({ ...values, name: values.name.trim(), email: values.email.trim() }, onceKey),
    onDone: async (made) => {
      onDone({
        title: t('desk.open.done', { name: made.name, id: made.id }),
        text: t('desk.open.doneOn', { plan: names.plan(made.plan), catalogue: made.catalogue }),
      });
      onClose();
      await client.invalidateQueries({ queryKey: ['accounts'] });
    },
  });
  const { catalogue, plan, name } = form.values;
  const plans = usePlans(catalogue === '' ? undefined : catalogue).data?.plans ?? [];
  // Another price list has other plans.
  const first = plans[0]?.name;
  const known = plans.some((each) => each.name === plan);
  const { set } = form;
  useEffect(() => {
    if (first !== undefined && !known) set('plan', first);
  });
  return (
    <EffectDialog
      title={t('desk.open.title')}
      effect={t('desk.open.effect', { name: name.trim() || t('desk.open.theAccount'), plan: names.plan(plan) })}
      submit={t('desk.open.submit')}
      form={form}
      onClose={onClose}
    >
      <TextField form={form} name="name" label={t('desk.open.name')} first />
      <TextField
        form={form}
        name="email"
        type="email"
        label={t('desk.open.email')}
        hint={t('desk.open.emailHint')}
        most={254}
      />
      <ChoiceField
        form={form}
        name="locale"
        label={t('desk.open.locale')}
        choices={locales.map((value) => ({ value, label: t(`desk.open.locales.${value}`) }))}
      />
      <ChoiceField
        form={form}
        name="catalogue"
        label={t('contract.catalogue')}
        choices={catalogues.map((each) => ({ value: each.name, label: catalogueLabel(each, i18n.language) }))}
      />
      <ChoiceField
        form={form}
        name="plan"
        label={t('contract.plan')}
        choices={plans.map((each) => ({ value: each.name, label: names.plan(each.name) }))}
      />
    </EffectDialog>
  );
}

/** Suspends, or lifts an operator's suspension. One for unpaid bills ends when the bills are paid. */
export function SuspendForm({ account, onClose, onDone }: AccountFormProps & { account: Account }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const suspend = account.suspendedFor !== 'operator';
  const kind = suspend ? 'suspend' : 'restore';
  const form = useForm({
    start: { reason: '' },
    check: ({ reason }) => onlyMistakes({ reason: checkText(reason, 500) }),
    send: ({ reason }, onceKey) => suspendAccount(account.id, suspend, reason.trim(), onceKey),
    onDone: async (now) => {
      const arrears = !suspend && now.suspendedFor === 'arrears';
      onDone({
        title: t(`desk.${kind}.done`, { name: account.name }),
        ...(arrears ? { tone: 'near' as const, text: t('desk.restore.stillArrears') } : {}),
      });
      onClose();
      await client.invalidateQueries({ queryKey: ['accounts'] });
      await refreshAccount(client, account.id);
    },
  });
  return (
    <EffectDialog
      title={t(`desk.${kind}.title`, { name: account.name })}
      effect={t(`desk.${kind}.effect`)}
      submit={t(`desk.${kind}.submit`)}
      form={form}
      danger={suspend}
      onClose={onClose}
    >
      <ReasonField form={form} name="reason" />
    </EffectDialog>
  );
}
