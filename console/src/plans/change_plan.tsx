// The price first, then the change: what the dry run says is what is shown, and what is confirmed is what was shown.
import { Button, Group, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { changePlan } from '../api/calls.ts';
import { refreshAccount } from '../api/queries.ts';
import type { PlanChange } from '../api/types.ts';
import { formatMoney } from '../exact/decimal.ts';
import { ArrowIcon } from '../ui/icons.tsx';
import { useNames } from '../ui/names.ts';
import { Failed, Loading } from '../ui/states.tsx';
import { formatInstant } from '../ui/time.ts';

interface Props {
  account: string;
  /** The plan to change to; null while nothing is asked. */
  plan: string | null;
  zone: string;
  currency: string;
  onClose(): void;
  onDone(change: PlanChange): void;
}

function Preview({ change, zone, currency }: { change: PlanChange; zone: string; currency: string }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const when = change.effectiveAt === null ? '' : formatInstant(change.effectiveAt, zone, i18n.language);
  const money = (amount: string) => formatMoney(amount, change.after?.currency ?? currency);
  return (
    <div className="change">
      <p className="change-plans">
        <span>{names.plan(change.from)}</span>
        <ArrowIcon />
        <strong>{names.plan(change.to)}</strong>
      </p>
      <p>{t(`change.when.${change.kind}`, { when, defaultValue: when })}</p>
      <dl className="change-facts">
        {change.priceNow === null ? null : (
          <div>
            <dt>{t('change.priceNow')}</dt>
            <dd data-testid="price-now">{money(change.priceNow)}</dd>
          </div>
        )}
        {change.before ? (
          <div>
            <dt>{t('change.before')}</dt>
            <dd>{money(change.before.total)}</dd>
          </div>
        ) : null}
        {change.after ? (
          <div>
            <dt>{change.kind === 'downgrade' ? t('change.afterNext') : t('change.after')}</dt>
            <dd data-testid="bill-after">{money(change.after.total)}</dd>
          </div>
        ) : null}
      </dl>
      <p className="hint">{t(`change.rule.${change.kind}`, { defaultValue: '' })}</p>
    </div>
  );
}

export function ChangePlan({ account, plan, zone, currency, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const names = useNames();
  const client = useQueryClient();
  const preview = useQuery({
    queryKey: ['plan change', account, plan],
    queryFn: ({ signal }) => changePlan(account, plan ?? '', true, signal),
    enabled: plan !== null,
    gcTime: 0,
    staleTime: 0,
  });
  const change = useMutation({
    mutationFn: (name: string) => changePlan(account, name, false),
    onSuccess: async (result) => {
      onDone(result);
      onClose();
      await refreshAccount(client, account);
    },
  });
  const close = () => {
    change.reset();
    onClose();
  };
  return (
    <Modal
      opened={plan !== null}
      onClose={close}
      title={t('change.title', { plan: plan === null ? '' : names.plan(plan) })}
      centered
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      {preview.data ? (
        <Preview change={preview.data} zone={zone} currency={currency} />
      ) : preview.error ? (
        <Failed error={preview.error} retry={() => preview.refetch()} />
      ) : (
        <Loading height={150} />
      )}
      {change.error ? <Failed error={change.error} /> : null}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close}>
          {t('app.cancel')}
        </Button>
        <Button
          disabled={!preview.data || plan === null}
          loading={change.isPending}
          onClick={() => plan !== null && change.mutate(plan)}
          data-testid="confirm-plan"
        >
          {t('change.confirm')}
        </Button>
      </Group>
    </Modal>
  );
}
