import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { usePlans, useUsage } from '../api/queries.ts';
import { type MeterName, meterNames, type Plan, type PlanChange, type PlanTable } from '../api/types.ts';
import { useRateText } from '../bill/bill_lines.tsx';
import { compare, formatMoney, formatQuantity, formatShort } from '../exact/decimal.ts';
import { useMay } from '../session/may.ts';
import { CheckIcon } from '../ui/icons.tsx';
import { useNames } from '../ui/names.ts';
import { Notice } from '../ui/notice.tsx';
import { Failed, Loading } from '../ui/states.tsx';
import { ChangePlan } from './change_plan.tsx';
import { WhatIf } from './what_if.tsx';

/** The line kind whose rate text belongs to a meter. */
const lineOf: Record<MeterName, string> = { pcu: 'pcu', messages: 'messages', storage_gb: 'storage' };

function Price({ plan, currency }: { plan: Plan; currency: string }) {
  const { t } = useTranslation();
  if (!plan.payAsYouGo) {
    return (
      <p className="plan-price">
        <strong>{formatMoney(plan.baseFee, currency)}</strong>
        <span className="hint">{t('plans.perMonth')}</span>
      </p>
    );
  }
  const minimum = compare(plan.minimumSpend, '0') > 0;
  return (
    <p className="plan-price">
      <strong>{t('plans.byUse')}</strong>
      <span className="hint">
        {minimum ? t('plans.minimum', { amount: formatMoney(plan.minimumSpend, currency) }) : t('plans.noMinimum')}
      </span>
    </p>
  );
}

interface CardProps {
  plan: Plan;
  table: PlanTable;
  current: boolean;
  mayChange: boolean;
  onChoose(): void;
}

function PlanCard({ plan, table, current, mayChange, onChoose }: CardProps) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const rate = useRateText();
  const name = plan.title[i18n.language] ?? names.plan(plan.name);
  const limit = () =>
    plan.payAsYouGo ? t('plans.limit.none') : plan.hard ? t('plans.limit.hard') : t('plans.limit.soft');
  const quota = (meter: MeterName) => {
    if (!plan.quota) return t('plans.unlimited');
    const text = plan.quota[meter];
    return t(`meter.${meter}.amount`, {
      amount: meter === 'storage_gb' ? formatQuantity(text) : formatShort(text, i18n.language),
    });
  };
  return (
    <li className={current ? 'panel plan current' : 'panel plan'} data-testid={`plan-${plan.name}`}>
      <header>
        <h2>{name}</h2>
        {current ? (
          <span className="badge tone-ok">
            <CheckIcon size={14} />
            {t('plans.current')}
          </span>
        ) : null}
      </header>
      <Price plan={plan} currency={table.currency} />
      <dl>
        {meterNames.map((meter) => (
          <div key={meter}>
            <dt>{names.meter(meter)}</dt>
            <dd>
              {quota(meter)}
              {plan.hard ? null : (
                <span className="hint">
                  {t(plan.payAsYouGo ? 'plans.rate' : 'plans.then', {
                    rate: rate(lineOf[meter], plan.rates[meter], table.currency),
                  })}
                </span>
              )}
            </dd>
          </div>
        ))}
      </dl>
      <p className="hint">{limit()}</p>
      <Button variant={current ? 'default' : 'light'} disabled={current || !mayChange} onClick={onChoose} fullWidth>
        {current ? t('plans.current') : t('plans.choose', { plan: name })}
      </Button>
    </li>
  );
}

export function PlansPage() {
  const { t } = useTranslation();
  const names = useNames();
  const { account = '' } = useParams();
  const usage = useUsage(account);
  const plans = usePlans(usage.data?.catalogue);
  const [target, setTarget] = useState<string | null>(null);
  const [done, setDone] = useState<PlanChange | null>(null);
  const may = useMay(account);
  const mayChange = may('plan_change');
  const error = usage.error ?? plans.error;
  const table = plans.data;
  const body = () => {
    if (table && usage.data) {
      const current = usage.data.plan;
      return (
        <ul className="plans">
          {table.plans.map((plan) => (
            <PlanCard
              key={plan.name}
              plan={plan}
              table={table}
              current={plan.name === current}
              mayChange={mayChange}
              onChoose={() => setTarget(plan.name)}
            />
          ))}
        </ul>
      );
    }
    return error ? (
      <Failed error={error} retry={() => void (usage.error ? usage.refetch() : plans.refetch())} />
    ) : (
      <Loading height={420} />
    );
  };
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t('plans.title')}</h1>
          <p className="hint">{table ? t('plans.hint', { catalogue: table.catalogue }) : null}</p>
        </div>
      </header>
      {done ? (
        <Notice
          tone="ok"
          title={t(`change.done.${done.kind}`, { plan: names.plan(done.to), defaultValue: names.plan(done.to) })}
          testId="plan-done"
        />
      ) : null}
      {mayChange ? null : <Notice tone="gap" title={t('plans.mayNot')} />}
      {body()}
      {usage.data && may('bill_read') ? <WhatIf account={account} usage={usage.data} /> : null}
      {usage.data ? (
        <ChangePlan
          account={account}
          plan={target}
          zone={usage.data.zone}
          currency={usage.data.currency}
          onClose={() => setTarget(null)}
          onDone={setDone}
        />
      ) : null}
    </>
  );
}
