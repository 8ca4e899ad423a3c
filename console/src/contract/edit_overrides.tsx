// What replaces the plan's own row: quotas, prices, features, technical limits. An empty field leaves the plan as it is.
import { useTranslation } from 'react-i18next';
import { type MeterName, meterNames, type Plan } from '../api/types.ts';
import type { Terms } from '../api/types_terms.ts';
import { formatMoney, formatQuantity, shift } from '../exact/decimal.ts';
import { limitRows } from '../projects/limit_rows.ts';
import { useNames } from '../ui/names.ts';
import { Panel } from '../ui/panel.tsx';
import { limitNames, rateName } from './draft.ts';
import { DraftChoice, DraftText, type Editor } from './draft_field.tsx';
import { useFeatureText } from './feature_text.ts';

const kinds = ['', 'hard', 'soft', 'payg'] as const;

/** What the list says of a plan, so that one sees what is replaced. Rates of messages are said per million. */
function useListed(plan: Plan | undefined, currency: string) {
  const { t } = useTranslation();
  const said = (value: string | undefined) => (value === undefined ? undefined : t('desk.contract.listed', { value }));
  return {
    quota: (meter: MeterName) => said(plan?.quota ? formatQuantity(plan.quota[meter]) : undefined),
    rate: (meter: MeterName) => {
      if (!plan) return undefined;
      const rate = meter === 'messages' ? shift(plan.rates.messages, 6) : plan.rates[meter];
      return said(formatMoney(rate, currency));
    },
    fee: () => said(plan ? formatMoney(plan.baseFee, currency) : undefined),
  };
}

interface PlanProps {
  editor: Editor;
  plans: Plan[];
  /** The plan in force: what an override for every plan replaces now. */
  plan: string;
}

export function OverridesPanel({ editor, plans, plan }: PlanProps) {
  const { t } = useTranslation();
  const names = useNames();
  const { draft, change, currency } = editor;
  const listed = useListed(
    plans.find(({ name }) => name === (draft.plan || plan)),
    currency,
  );
  return (
    <Panel title={t('desk.contract.overrides')} hint={t('desk.contract.overridesHint')} className="stack">
      <div className="form-row">
        <DraftChoice
          editor={editor}
          pointer="/overrides/plan"
          label={t('desk.contract.onPlan')}
          choices={[
            { value: '', label: t('desk.contract.everyPlan') },
            ...plans.map(({ name }) => ({ value: name, label: names.plan(name) })),
          ]}
          value={draft.plan}
          onChange={(value) => change({ plan: value })}
        />
        <DraftChoice
          editor={editor}
          pointer="/overrides/kind"
          label={t('desk.contract.kind')}
          choices={kinds.map((value) => ({
            value,
            label: value === '' ? t('desk.contract.asPlan') : t(`contract.kind.${value}`),
          }))}
          value={draft.kind}
          onChange={(kind) => change({ kind })}
        />
        <DraftText
          editor={editor}
          pointer="/overrides/base_fee"
          label={t('desk.contract.baseFee')}
          hint={listed.fee()}
          unit={currency}
          value={draft.baseFee}
          onChange={(baseFee) => change({ baseFee })}
        />
      </div>
      <h3>{t('desk.contract.quotas')}</h3>
      <div className="form-row">
        {meterNames.map((meter) => (
          <DraftText
            key={meter}
            editor={editor}
            pointer={`/overrides/quota/${meter}`}
            label={names.meter(meter)}
            hint={listed.quota(meter)}
            unit={t(`desk.unit.${meter}`)}
            whole={meter !== 'storage_gb'}
            value={draft.quota[meter]}
            onChange={(amount) => change({ quota: { ...draft.quota, [meter]: amount } })}
          />
        ))}
        <DraftText
          editor={editor}
          pointer="/overrides/daily_messages"
          label={t('desk.contract.daily')}
          unit={t('desk.unit.messages')}
          whole
          value={draft.dailyMessages}
          onChange={(dailyMessages) => change({ dailyMessages })}
        />
      </div>
      <h3>{t('desk.contract.rates')}</h3>
      <div className="form-row">
        {meterNames.map((meter) => (
          <DraftText
            key={meter}
            editor={editor}
            pointer={`/overrides/rates/${rateName(meter)}`}
            label={t(`desk.contract.rate.${meter}`)}
            hint={listed.rate(meter)}
            unit={currency}
            value={draft.rates[meter]}
            onChange={(rate) => change({ rates: { ...draft.rates, [meter]: rate } })}
          />
        ))}
      </div>
    </Panel>
  );
}

/** Features whose value is a word; the words that the built-in catalogues use. */
const wordsOf: Record<string, readonly string[]> = {
  service_hours: ['12x7', '24x7', '24x7x365', 'best_effort'],
  response_time: ['24h', '12h', '8h', '4h', '2h', '1h', '30m', '15m'],
};

export function FeaturesPanel({ editor, features }: { editor: Editor; features: Terms['features'] }) {
  const { t } = useTranslation();
  const { nameText, valueText } = useFeatureText();
  const { draft, change } = editor;
  const names = [...new Set([...features.map(({ name }) => name), ...Object.keys(draft.features)])];
  const set = Object.values(draft.features).filter((value) => value !== '').length;
  const choices = (name: string) => {
    const words = new Set([...(wordsOf[name] ?? ['yes']), draft.features[name] ?? 'yes']);
    for (const plain of ['', 'no', ...(wordsOf[name] ? [] : ['yes'])]) words.delete(plain);
    return [
      { value: '', label: t('desk.contract.asPlan') },
      ...(wordsOf[name] ? [] : [{ value: 'yes', label: valueText(true) }]),
      ...[...words].filter((word) => word !== 'yes').map((word) => ({ value: word, label: valueText(word) })),
      { value: 'no', label: valueText(false) },
    ];
  };
  return (
    <details className="panel fold" open={set > 0 || undefined}>
      <summary>
        {t('features.title')} <span className="hint">{t('desk.contract.changed', { count: set })}</span>
      </summary>
      <div className="form-row">
        {names.map((name) => (
          <DraftChoice
            key={name}
            editor={editor}
            pointer={`/overrides/features/${name}`}
            label={nameText(name)}
            choices={choices(name)}
            value={draft.features[name] ?? ''}
            onChange={(value) => change({ features: { ...draft.features, [name]: value } })}
          />
        ))}
      </div>
    </details>
  );
}

export function LimitsPanel({ editor }: { editor: Editor }) {
  const { t } = useTranslation();
  const { draft, change } = editor;
  const set = Object.values(draft.limits).filter((value) => value !== '').length;
  const bounds = (name: string) => {
    const row = limitRows.find((each) => each.name === name);
    return row ? t('desk.bounds', { least: formatQuantity(row.least), most: formatQuantity(row.most) }) : undefined;
  };
  return (
    <details className="panel fold" open={set > 0 || undefined}>
      <summary>
        {t('desk.contract.limits')} <span className="hint">{t('desk.contract.changed', { count: set })}</span>
      </summary>
      <p className="hint">{t('desk.contract.limitsHint')}</p>
      <div className="form-row">
        {limitNames(draft).map((name) => (
          <DraftText
            key={name}
            editor={editor}
            pointer={`/overrides/limits/${name}`}
            label={t(`contract.limit.${name}`, { defaultValue: name })}
            hint={bounds(name)}
            whole
            value={draft.limits[name] ?? ''}
            onChange={(value) => change({ limits: { ...draft.limits, [name]: value } })}
          />
        ))}
      </div>
    </details>
  );
}
