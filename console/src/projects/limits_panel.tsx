// The technical limits of a project: what holds, why, and what may be set.
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTerms } from '../api/queries_account.ts';
import type { ProjectDetail } from '../api/types_projects.ts';
import { formatQuantity } from '../exact/decimal.ts';
import { useMay } from '../session/may.ts';
import { useFieldErrors } from '../ui/field_error.ts';
import { numberComplaint } from '../ui/field_rules.ts';
import { TableHead } from '../ui/figures.tsx';
import { FormDialog } from '../ui/form_dialog.tsx';
import { Notice } from '../ui/notice.tsx';
import { Panel } from '../ui/panel.tsx';
import { type LimitView, limitViews } from './limit_rows.ts';
import { useChange } from './project_actions.tsx';

const tones = { standard: '', own: 'tone-free', contract: 'tone-over' };

interface RowProps {
  view: LimitView;
  mayWrite: boolean;
  onEdit(): void;
}

function Row({ view, mayWrite, onEdit }: RowProps) {
  const { t } = useTranslation();
  const { row, own, inForce, why } = view;
  return (
    <tr data-testid={`limit-${row.name}`}>
      <th scope="row">
        {t(`contract.limit.${row.name}`, { defaultValue: row.name })}
        <span className="why">{row.name}</span>
      </th>
      <td className="num" data-label={t('technical.inForce')}>
        <strong data-testid={`in-force-${row.name}`}>{formatQuantity(inForce)}</strong>
      </td>
      <td data-label={t('technical.why')}>
        <span className={`badge ${tones[why]}`}>{t(`technical.from.${why}`)}</span>
        {why === 'contract' && own !== inForce ? (
          <span className="why">{t('technical.ownOf', { value: formatQuantity(own) })}</span>
        ) : null}
      </td>
      <td className="num" data-label={t('technical.standard')}>
        {formatQuantity(row.standard)}
      </td>
      <td className="num" data-label={t('technical.bounds')}>
        {t('technical.range', { least: formatQuantity(row.least), most: formatQuantity(row.most) })}
      </td>
      {mayWrite ? (
        <td className="row-actions">
          <Button size="compact-sm" variant="default" onClick={onEdit} data-testid={`edit-${row.name}`}>
            {t('technical.edit')}
          </Button>
        </td>
      ) : null}
    </tr>
  );
}

interface EditProps {
  account: string;
  project: ProjectDetail;
  view: LimitView;
  onClose(): void;
}

function Edit({ account, project, view, onClose }: EditProps) {
  const { t } = useTranslation();
  const { row, own, inForce, why } = view;
  const [value, setValue] = useState(own);
  const [tried, setTried] = useState(false);
  const change = useChange(account, project, onClose);
  const found = numberComplaint(value, row.least, row.most);
  const bounds = { least: formatQuantity(row.least), most: formatQuantity(row.most) };
  const refused = useFieldErrors(change.error, [`/limits/${row.name}`]);
  const submit = () => {
    setTried(true);
    if (found === null) change.mutate({ limits: { [row.name]: value } });
  };
  return (
    <FormDialog
      title={t(`contract.limit.${row.name}`, { defaultValue: row.name })}
      submit={t('technical.save')}
      pending={change.isPending}
      error={refused.rest}
      onSubmit={submit}
      onClose={onClose}
      testId="save-limit"
    >
      {why === 'contract' ? (
        <Notice tone="over" title={t('technical.agreed', { value: formatQuantity(inForce) })}>
          {t('technical.agreedText')}
        </Notice>
      ) : null}
      <TextInput
        label={t('technical.value')}
        description={t('technical.valueHint', { ...bounds, standard: formatQuantity(row.standard) })}
        name="value"
        inputMode="numeric"
        data-autofocus
        value={value}
        error={tried && found ? t(found.key, bounds) : refused.at(`/limits/${row.name}`)}
        onChange={(event) => {
          change.reset();
          setValue(event.currentTarget.value.trim());
        }}
      />
      {own === row.standard ? null : (
        <div>
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => change.mutate({ limits: { [row.name]: row.standard } })}
            data-testid="reset-limit"
          >
            {t('technical.reset', { value: formatQuantity(row.standard) })}
          </Button>
        </div>
      )}
    </FormDialog>
  );
}

/** Names that the contract in force sets, as far as the person may read the contract. */
function useAgreed(account: string): string[] {
  const mayRead = useMay(account)('bill_read');
  const { data } = useTerms(account, mayRead);
  const overrides = data?.contract.overrides ?? null;
  if (overrides === null || (overrides.plan !== null && overrides.plan !== data?.plan)) return [];
  return overrides.limits.map(({ name }) => name);
}

export function LimitsPanel({ account, project }: { account: string; project: ProjectDetail }) {
  const { t } = useTranslation();
  const mayWrite = useMay(account)('project_write');
  const views = limitViews(project, useAgreed(account));
  const [open, setOpen] = useState<string | null>(null);
  const edited = views.find(({ row }) => row.name === open);
  const columns = ['limit', 'inForce', 'why', 'standard', 'bounds', ...(mayWrite ? ['actions'] : [])];
  return (
    <Panel title={t('technical.title')} hint={t('technical.hint')}>
      <table className="table rows technical" data-testid="technical">
        <TableHead
          columns={columns.map((key) => ({
            key,
            label: t(`technical.${key}`),
            number: ['inForce', 'standard', 'bounds', 'actions'].includes(key),
          }))}
        />
        <tbody>
          {views.map((view) => (
            <Row key={view.row.name} view={view} mayWrite={mayWrite} onEdit={() => setOpen(view.row.name)} />
          ))}
        </tbody>
      </table>
      {edited ? <Edit account={account} project={project} view={edited} onClose={() => setOpen(null)} /> : null}
    </Panel>
  );
}
