// A new cap, or other limits of one that is there.
import { Button, Group, Modal, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changeCap, makeCap } from '../api/calls_terms.ts';
import type { Project } from '../api/types.ts';
import type { Cap, CapScope } from '../api/types_terms.ts';
import type { Labels } from '../problem/use_words.ts';
import { Failed } from '../ui/states.tsx';

const scopes: CapScope[] = ['project', 'channels', 'account'];
/** An empty field is no limit. */
const textOrNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

interface Props {
  account: string;
  currency: string;
  projects: Project[];
  /** The cap to change; null: a new one. */
  cap: Cap | null;
  onClose(): void;
}

interface WhereProps {
  scope: CapScope;
  project: string;
  prefix: string;
  projects: Project[];
  onScope(scope: CapScope): void;
  onProject(project: string): void;
  onPrefix(prefix: string): void;
}

function Where({ scope, project, prefix, projects, onScope, onProject, onPrefix }: WhereProps) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        label={t('caps.where')}
        data={scopes.map((value) => ({ value, label: t(`caps.scope.${value}`) }))}
        value={scope}
        onChange={(value) => onScope((value as CapScope | null) ?? 'project')}
        allowDeselect={false}
        name="scope"
      />
      {scope === 'account' ? null : (
        <Select
          label={t('caps.project')}
          data={projects.map(({ id, name }) => ({ value: id, label: name }))}
          value={project}
          onChange={(value) => onProject(value ?? '')}
          allowDeselect={false}
          required
        />
      )}
      {scope === 'channels' ? (
        <TextInput
          label={t('caps.prefix')}
          name="prefix"
          required
          value={prefix}
          onChange={(event) => onPrefix(event.currentTarget.value)}
        />
      ) : null}
    </>
  );
}

/** What the form calls the members that the server may point at. */
function useLabels(currency: string): Labels {
  const { t } = useTranslation();
  return {
    scope: t('caps.where'),
    project: t('caps.project'),
    prefix: t('caps.prefix'),
    units: t('caps.units'),
    amount: t('caps.money', { currency }),
  };
}

export function CapForm({ account, currency, projects, cap, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const labels = useLabels(currency);
  const [scope, setScope] = useState<CapScope>('project');
  const [project, setProject] = useState(projects[0]?.id ?? '');
  const [prefix, setPrefix] = useState('');
  const [units, setUnits] = useState(cap?.units ?? '');
  const [amount, setAmount] = useState(cap?.amount ?? '');
  const withMoney = (cap?.scope ?? scope) !== 'account';
  const save = useMutation({
    mutationFn: () => {
      const limits = { units: textOrNull(units), amount: withMoney ? textOrNull(amount) : null };
      if (cap) return changeCap(account, cap.id, limits);
      const where = {
        scope,
        project: scope === 'account' ? null : project,
        prefix: scope === 'channels' ? prefix : null,
      };
      return makeCap(account, { ...where, ...limits });
    },
    onSuccess: async () => {
      onClose();
      await client.invalidateQueries({ queryKey: ['account', account] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const empty = textOrNull(units) === null && (!withMoney || textOrNull(amount) === null);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(cap ? 'caps.changeTitle' : 'caps.addTitle')}
      centered
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      <form className="form" onSubmit={submit}>
        {cap ? null : (
          <Where
            scope={scope}
            project={project}
            prefix={prefix}
            projects={projects}
            onScope={setScope}
            onProject={setProject}
            onPrefix={setPrefix}
          />
        )}
        <TextInput
          label={t('caps.units')}
          name="units"
          inputMode="numeric"
          value={units}
          onChange={(event) => setUnits(event.currentTarget.value)}
        />
        {withMoney ? (
          <TextInput
            label={t('caps.money', { currency })}
            name="amount"
            inputMode="decimal"
            description={t('caps.moneyHint')}
            value={amount}
            onChange={(event) => setAmount(event.currentTarget.value)}
          />
        ) : null}
        <p className="hint">{withMoney ? t('caps.atLeastOne') : null}</p>
        {save.error ? <Failed error={save.error} labels={labels} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('app.cancel')}
          </Button>
          <Button type="submit" disabled={empty} loading={save.isPending} data-testid="save-cap">
            {t('caps.save')}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
