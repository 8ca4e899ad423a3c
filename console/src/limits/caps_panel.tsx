// The customer's own hard caps on messages: what they have counted, and which refuse now.
import { Button, Group, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { removeCap } from '../api/calls_terms.ts';
import { useProjects } from '../api/queries.ts';
import { useCaps } from '../api/queries_account.ts';
import type { Project } from '../api/types.ts';
import type { Cap } from '../api/types_terms.ts';
import { formatMoney, formatQuantity } from '../exact/decimal.ts';
import { TableHead } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { Empty, Failed } from '../ui/states.tsx';
import { formatInstant } from '../ui/time.ts';
import { CapForm } from './cap_form.tsx';
import { placeOf, stateOf, toneOf } from './cap_view.ts';

function usePlaceText(projects: Project[]) {
  const { t } = useTranslation();
  return (cap: Cap) => {
    const { key, ...names } = placeOf(cap, projects);
    return t(key, { ...names, defaultValue: key });
  };
}

interface RowProps {
  cap: Cap;
  currency: string;
  zone: string;
  place: string;
  mayChange: boolean;
  onChange(): void;
  onRemove(): void;
}

function CapRow({ cap, currency, zone, place, mayChange, onChange, onRemove }: RowProps) {
  const { t, i18n } = useTranslation();
  const state = stateOf(cap);
  const units = (text: string) => t('caps.amountUnits', { amount: formatQuantity(text) });
  const both = (first: string | null, second: string | null) => (
    <>
      {first === null ? null : <span>{first}</span>}
      {second === null ? null : <span className={first === null ? '' : 'why'}>{second}</span>}
    </>
  );
  return (
    <tr data-testid={`cap-${cap.id}`}>
      <th scope="row">
        <span className="wrap">{place}</span>
      </th>
      <td className="num" data-label={t('caps.limit')}>
        {both(
          cap.units === null ? null : units(cap.units),
          cap.amount === null ? null : formatMoney(cap.amount, currency),
        )}
      </td>
      <td className="num" data-label={t('caps.used')}>
        {both(units(cap.usedUnits), cap.amount === null ? null : formatMoney(cap.usedAmount, currency))}
      </td>
      <td data-label={t('caps.state')}>
        <span className={`badge tone-${toneOf[state]}`}>{t(`caps.${state}`, { percent: cap.percent })}</span>
      </td>
      <td data-label={t('caps.reset')}>{formatInstant(cap.reset, zone, i18n.language)}</td>
      {mayChange ? (
        <td className="row-actions">
          <Button size="compact-sm" variant="default" onClick={onChange}>
            {t('caps.change')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={onRemove}>
            {t('caps.remove')}
          </Button>
        </td>
      ) : null}
    </tr>
  );
}

function Remove({ account, cap, place, onClose }: { account: string; cap: Cap; place: string; onClose(): void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => removeCap(account, cap.id),
    onSuccess: async () => {
      onClose();
      await client.invalidateQueries({ queryKey: ['account', account] });
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('caps.removeTitle')}
      centered
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      <p>{t('caps.removeText', { name: place })}</p>
      {remove.error ? <Failed error={remove.error} /> : null}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          {t('app.cancel')}
        </Button>
        <Button color="red.8" loading={remove.isPending} onClick={() => remove.mutate()} data-testid="confirm-remove">
          {t('caps.removeTitle')}
        </Button>
      </Group>
    </Modal>
  );
}

interface Props {
  account: string;
  currency: string;
  zone: string;
  mayChange: boolean;
}

export function CapsPanel({ account, currency, zone, mayChange }: Props) {
  const { t } = useTranslation();
  const caps = useCaps(account);
  const projects = useProjects(account).data ?? [];
  const placeText = usePlaceText(projects);
  const [form, setForm] = useState<{ cap: Cap | null } | null>(null);
  const [leaving, setLeaving] = useState<Cap | null>(null);
  const columns = ['where', 'limit', 'used', 'state', 'reset', ...(mayChange ? ['actions'] : [])];
  return (
    <Panel
      title={t('caps.title')}
      hint={t('caps.hint')}
      action={
        mayChange ? (
          <Button size="compact-sm" onClick={() => setForm({ cap: null })} data-testid="add-cap">
            {t('caps.add')}
          </Button>
        ) : undefined
      }
    >
      <QueryBody query={caps}>
        {(found) =>
          found.length === 0 ? (
            <Empty title={t('caps.empty')}>{t('caps.emptyHint')}</Empty>
          ) : (
            <table className="table rows" data-testid="caps">
              <TableHead
                columns={columns.map((key) => ({
                  key,
                  label: t(`caps.${key}`),
                  number: ['limit', 'used', 'actions'].includes(key),
                }))}
              />
              <tbody>
                {found.map((cap) => (
                  <CapRow
                    key={cap.id}
                    cap={cap}
                    currency={currency}
                    zone={zone}
                    place={placeText(cap)}
                    mayChange={mayChange}
                    onChange={() => setForm({ cap })}
                    onRemove={() => setLeaving(cap)}
                  />
                ))}
              </tbody>
            </table>
          )
        }
      </QueryBody>
      {form ? (
        <CapForm
          account={account}
          currency={currency}
          projects={projects}
          cap={form.cap}
          onClose={() => setForm(null)}
        />
      ) : null}
      {leaving ? (
        <Remove account={account} cap={leaving} place={placeText(leaving)} onClose={() => setLeaving(null)} />
      ) : null}
    </Panel>
  );
}
