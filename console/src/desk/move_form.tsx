// For operators: an account moves to another price list, or stays after all.
import { Select } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keepAccount, moveAccount } from '../api/calls_desk.ts';
import { refreshAccount, usePlans, useUsage } from '../api/queries.ts';
import { useCatalogues } from '../api/queries_desk.ts';
import type { Account, Plan } from '../api/types.ts';
import type { CatalogueHead } from '../api/types_desk.ts';
import { checkText, onlyMistakes } from '../form/checks.ts';
import { EffectDialog } from '../form/effect_dialog.tsx';
import { ChoiceField, ReasonField } from '../form/fields.tsx';
import { useForm } from '../form/use_form.ts';
import { useNames } from '../ui/names.ts';
import { QueryBody } from '../ui/query_body.tsx';
import { formatMonth } from '../ui/time.ts';
import { type AccountFormProps, catalogueLabel } from './account_forms.tsx';
import { monthsToMove, plansToMap } from './move_plan.ts';

interface MapProps {
  names: string[];
  to: Plan[];
  chosen: Record<string, string>;
  mistake: string | undefined;
  onChoose(from: string, to: string): void;
}

/** A successor for each plan that the new price list does not have. */
function PlanMap({ names, to, chosen, mistake, onChoose }: MapProps) {
  const { t } = useTranslation();
  const { plan } = useNames();
  if (names.length === 0) return null;
  return (
    <fieldset className="form plan-map">
      <legend>{t('desk.move.plans')}</legend>
      {names.map((from) => (
        <Select
          key={from}
          name={`plans/${from}`}
          data-field={`plans/${from}`}
          label={t('desk.move.planOf', { plan: plan(from) })}
          data={to.map(({ name }) => ({ value: name, label: plan(name) }))}
          value={chosen[from] ?? null}
          onChange={(value) => onChoose(from, value ?? '')}
          allowDeselect={false}
          error={chosen[from] ? undefined : mistake}
          required
        />
      ))}
    </fieldset>
  );
}

function Form({
  account,
  month,
  targets,
  onClose,
  onDone,
}: AccountFormProps & { account: Account; month: string; targets: CatalogueHead[] }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const head = (name: string) => targets.find((each) => each.name === name);
  const months = (name: string) => monthsToMove(month, head(name)?.effectiveFrom ?? '');
  const start = targets[0]?.name ?? '';
  const [target, setTarget] = useState(start);
  const old = usePlans(account.catalogue).data?.plans;
  const next = usePlans(target === '' ? undefined : target).data?.plans;
  const toMap = old && next ? plansToMap(old, next) : [];
  const mapping = Object.fromEntries(toMap.flatMap((from) => (chosen[from] ? [[from, chosen[from]]] : [])));
  const form = useForm({
    start: { catalogue: start, from: months(start)[0] ?? '', plans: '', reason: '' },
    check: ({ reason, catalogue }) =>
      onlyMistakes({
        catalogue: catalogue === '' ? { key: 'missing' } : null,
        plans: old && next && toMap.every((from) => chosen[from]) ? null : { key: 'mapping' },
        reason: checkText(reason, 500),
      }),
    send: ({ catalogue, from, reason }, onceKey) =>
      moveAccount(account.id, { catalogue, from, plans: mapping, reason: reason.trim() }, onceKey),
    onDone: async (_, { catalogue, from }) => {
      onDone({
        title: t('desk.move.done', { name: account.name, catalogue, month: formatMonth(from, i18n.language) }),
      });
      onClose();
      await client.invalidateQueries({ queryKey: ['accounts'] });
      await refreshAccount(client, account.id);
    },
  });
  const { catalogue, from } = form.values;
  const choices = months(catalogue);
  // The choice of another price list may leave the month behind.
  const both = {
    ...form,
    set: (name: keyof typeof form.values, value: string) => {
      form.set(name, value);
      if (name !== 'catalogue') return;
      setTarget(value);
      setChosen({});
      if (!months(value).includes(from)) form.set('from', months(value)[0] ?? '');
    },
  };
  return (
    <EffectDialog
      title={t('desk.move.title', { name: account.name })}
      effect={
        catalogue === ''
          ? t('desk.move.nowhere')
          : t('desk.move.effect', { old: account.catalogue, catalogue, month: formatMonth(from, i18n.language) })
      }
      submit={t('desk.move.submit')}
      form={both}
      blocked={catalogue === ''}
      onClose={onClose}
    >
      <ChoiceField
        form={both}
        name="catalogue"
        label={t('desk.move.catalogue')}
        choices={targets.map((each) => ({ value: each.name, label: catalogueLabel(each, i18n.language) }))}
      />
      <ChoiceField
        form={both}
        name="from"
        label={t('desk.move.from')}
        hint={t('desk.move.fromHint')}
        choices={choices.map((value) => ({ value, label: formatMonth(value, i18n.language) }))}
      />
      <PlanMap
        names={toMap}
        to={next ?? []}
        chosen={chosen}
        mistake={form.mistake('plans')}
        onChoose={(plan, to) => setChosen((before) => ({ ...before, [plan]: to }))}
      />
      <ReasonField form={both} name="reason" />
    </EffectDialog>
  );
}

export function MoveForm(props: AccountFormProps & { account: Account }) {
  const { account } = props;
  const usage = useUsage(account.id);
  const catalogues = useCatalogues();
  return (
    <QueryBody query={catalogues} height={0}>
      {(all) => (
        <QueryBody query={usage} height={0}>
          {({ month }) => (
            <Form {...props} month={month} targets={all.filter(({ name }) => name !== account.catalogue)} />
          )}
        </QueryBody>
      )}
    </QueryBody>
  );
}

export function KeepForm({ account, onClose, onDone }: AccountFormProps & { account: Account }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const facts = {
    name: account.name,
    old: account.catalogue,
    catalogue: account.nextCatalogue?.catalogue ?? '',
    month: formatMonth(account.nextCatalogue?.from ?? '', i18n.language),
  };
  const form = useForm({
    start: {},
    check: () => ({}),
    send: () => keepAccount(account.id),
    onDone: async () => {
      onDone({ title: t('desk.keep.done', facts) });
      onClose();
      await client.invalidateQueries({ queryKey: ['accounts'] });
      await refreshAccount(client, account.id);
    },
  });
  return (
    <EffectDialog
      title={t('desk.keep.title')}
      effect={t('desk.keep.effect', facts)}
      submit={t('desk.keep.submit')}
      form={form}
      onClose={onClose}
    >
      {null}
    </EffectDialog>
  );
}
