import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Meter, MeterName, Usage } from '../api/types.ts';
import { formatQuantity, formatShort } from '../exact/decimal.ts';
import {
  AlertIcon,
  CheckIcon,
  InfinityIcon,
  MessageIcon,
  PeakIcon,
  PlusIcon,
  StopIcon,
  StorageIcon,
} from '../ui/icons.tsx';
import { placesOf, useNames } from '../ui/names.ts';
import { type MeterState, type MeterView, viewOf } from './meter_state.ts';

const meterIcons = { pcu: PeakIcon, messages: MessageIcon, storage_gb: StorageIcon };
const stateIcons: Record<MeterState, typeof CheckIcon> = {
  unlimited: InfinityIcon,
  normal: CheckIcon,
  near: AlertIcon,
  full: AlertIcon,
  over: PlusIcon,
  touched: AlertIcon,
  stopped: StopIcon,
};

/** The colour family of a state; the styles know these five. */
export function toneOf(state: MeterState): 'ok' | 'near' | 'over' | 'stop' | 'free' {
  if (state === 'normal') return 'ok';
  if (state === 'unlimited') return 'free';
  if (state === 'over') return 'over';
  return state === 'stopped' ? 'stop' : 'near';
}

export function StateBadge({ state }: { state: MeterState }) {
  const { t } = useTranslation();
  const Icon = stateIcons[state];
  return (
    <span className={`badge tone-${toneOf(state)}`}>
      <Icon size={14} />
      {t(`meterState.${state}`)}
    </span>
  );
}

export function MeterBar({ view, label, value }: { view: MeterView; label: string; value: string }) {
  if (view.percent === null) return <div className="bar bar-free" aria-hidden="true" />;
  const quotaAt = view.mark === null ? null : `${view.mark / 10}%`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: <meter> cannot show a share beyond its own maximum.
    <div
      className={`bar tone-${toneOf(view.state)}`}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.min(100, view.percent)}
      aria-valuetext={value}
    >
      <div className="bar-fill" style={{ width: quotaAt ?? `${view.filled / 10}%` }} />
      {quotaAt ? <div className="bar-over" style={{ left: quotaAt }} /> : null}
    </div>
  );
}

/** Lights up for a moment whenever the shown text changes: the eye finds the meter that moved. */
function Moving({ text }: { text: string }) {
  const ref = useRef<HTMLSpanElement>(null);
  const before = useRef(text);
  useEffect(() => {
    if (before.current === text) return;
    before.current = text;
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (!still) ref.current?.animate?.([{ color: 'var(--brand-text)' }, { color: 'inherit' }], { duration: 900 });
  }, [text]);
  return <span ref={ref}>{text}</span>;
}

function Footnote({ name, meter, view }: { name: MeterName; meter: Meter; view: MeterView }) {
  const { t } = useTranslation();
  const amount = (text: string) => `${formatQuantity(text, placesOf(name))}${name === 'storage_gb' ? ' GB' : ''}`;
  const main = () => {
    if (view.state === 'unlimited') return t('meter.payg');
    if (view.state === 'over') return t('meter.overage', { amount: amount(view.overage) });
    if (view.state === 'stopped') return t(`meter.${name}.stopped`);
    return t('meter.left', { amount: amount(view.left ?? '0') });
  };
  return (
    <p className="meter-foot">
      <span>{main()}</span>
      {name === 'pcu' && meter.open !== null ? (
        <span className="live-now" data-testid="open-now">
          <span className="dot" aria-hidden="true" />
          {t('meter.openNow', { amount: formatQuantity(meter.open) })}
        </span>
      ) : null}
    </p>
  );
}

export function MeterCard({ name, usage }: { name: MeterName; usage: Usage }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const meter = usage.meters[name];
  const view = viewOf(name, meter, usage.hard);
  const Icon = meterIcons[name];
  const used = formatQuantity(meter.used, placesOf(name));
  const quota = meter.quota === null ? null : formatShort(meter.quota, i18n.language);
  const ofQuota = quota === null ? t('meter.noQuota') : t(`meter.${name}.of`, { quota });
  return (
    <section
      className={`panel meter tone-${toneOf(view.state)}`}
      aria-label={names.meter(name)}
      data-testid={`meter-${name}`}
    >
      <header className="meter-head">
        <h2>
          <Icon />
          {names.meter(name)}
        </h2>
        <StateBadge state={view.state} />
      </header>
      <p className="meter-value">
        <strong data-testid={`used-${name}`}>
          <Moving text={used} />
        </strong>
        <span className="meter-of">
          {ofQuota}
          {view.percent === null ? null : (
            <span className="meter-percent">{t('meter.percent', { percent: view.percent })}</span>
          )}
        </span>
      </p>
      <MeterBar view={view} label={names.meter(name)} value={`${used} ${ofQuota}`} />
      <Footnote name={name} meter={meter} view={view} />
    </section>
  );
}
