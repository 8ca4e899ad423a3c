import { Button, SegmentedControl, useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Step } from '../api/calls.ts';
import { usePoints } from '../api/queries.ts';
import { type MeterName, meterNames, type Usage, type UsagePoint } from '../api/types.ts';
import { formatQuantity } from '../exact/decimal.ts';
import { ChartIcon, DownIcon, TableIcon } from '../ui/icons.tsx';
import { useNames } from '../ui/names.ts';
import { Panel } from '../ui/panel.tsx';
import { saveFile } from '../ui/save_file.ts';
import { ScrollBox } from '../ui/scroll_box.tsx';
import { Empty, Failed, Loading } from '../ui/states.tsx';
import { dayMs, formatDay, formatHour, formatInstant, startOfDay } from '../ui/time.ts';
import { csvOf, isEmpty, seriesOf } from './chart_data.ts';
import { lookOf, makePlot } from './plot.ts';

type Range = 'day' | 'month';

interface Span {
  from: number;
  to: number;
  step: Step;
}

function spanOf(usage: Usage, range: Range): Span {
  if (range === 'month') return { from: Date.parse(usage.start), to: Date.parse(usage.end), step: 'day' };
  const from = startOfDay(Date.parse(usage.asOf), usage.zone);
  return { from, to: from + dayMs, step: 'hour' };
}

interface ChartProps {
  points: UsagePoint[];
  meter: MeterName;
  span: Span;
  zone: string;
}

/** Axis labels: short, as the axis is only a ruler. */
function axisQuantity(value: number): string {
  if (value >= 1_000_000) return `${+(value / 1_000_000).toFixed(2)} M`;
  if (value >= 10_000) return `${+(value / 1000).toFixed(1)} K`;
  return String(+value.toFixed(4));
}

function Chart({ points, meter, span, zone }: ChartProps) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const scheme = useComputedColorScheme('light');
  const holder = useRef<HTMLDivElement>(null);
  const [index, setIndex] = useState<number | null>(null);
  const language = i18n.language;
  const { from, to, step } = span;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes the colours that lookOf reads from the page.
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const label = (seconds: number) =>
      step === 'hour' ? formatHour(seconds * 1000, zone, language) : formatDay(seconds * 1000, zone, language);
    const input = {
      series: seriesOf(points, meter),
      meter,
      from: from / 1000,
      to: to / 1000,
      label,
      quantity: axisQuantity,
      onPoint: setIndex,
    };
    const plot = makePlot(input, lookOf(element), element);
    const watch = new ResizeObserver(() =>
      plot.setSize({ width: Math.max(240, element.clientWidth), height: plot.height }),
    );
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [points, meter, from, to, step, zone, language, scheme]);
  const point = index === null ? undefined : points[index];
  return (
    <>
      <div
        ref={holder}
        className="chart"
        role="img"
        aria-label={t('usage.chartLabel', { meter: names.meter(meter) })}
      />
      <p className="chart-tip" aria-hidden="true">
        {point ? (
          <>
            <span>
              {step === 'hour' ? formatInstant(point.start, zone, language) : formatDay(point.start, zone, language)}
            </span>
            <strong>{t(`meter.${meter}.amount`, { amount: formatQuantity(point.used[meter]) })}</strong>
            {point.covered ? null : <span>{t('gap.short')}</span>}
          </>
        ) : (
          <>
            <span>{t('usage.tipHint')}</span>
            {points.some(({ covered }) => !covered) ? <span className="gap-key">{t('gap.short')}</span> : null}
          </>
        )}
      </p>
    </>
  );
}

function PointsTable({ points, meter, span, zone }: ChartProps) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const at = (start: string) =>
    span.step === 'hour' ? formatHour(start, zone, i18n.language) : formatDay(start, zone, i18n.language);
  return (
    <ScrollBox className="tall" label={t('usage.tableLabel', { meter: names.meter(meter) })}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t(`usage.${span.step}`)}</th>
            <th scope="col" className="num">
              {names.meter(meter)}
            </th>
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={point.start}>
              <th scope="row">{at(point.start)}</th>
              <td className="num">
                {formatQuantity(point.used[meter])}
                {point.covered ? null : <span className="hint"> · {t('gap.short')}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

interface PanelProps {
  account: string;
  usage: Usage;
  /** Only this one's; else the whole account's. */
  project?: string;
  /** What is shown first. */
  start?: Range;
}

export function UsagePanel({ account, usage, project, start = 'day' }: PanelProps) {
  const { t } = useTranslation();
  const names = useNames();
  const [meter, setMeter] = useState<MeterName>('messages');
  const [range, setRange] = useState<Range>(start);
  const [asTable, setAsTable] = useState(false);
  const today = spanOf(usage, 'day').from;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new day, month or zone makes a new span, a new second does not.
  const span = useMemo(() => spanOf(usage, range), [today, usage.start, usage.end, usage.zone, range]);
  const [from, to] = [new Date(span.from).toISOString(), new Date(span.to).toISOString()];
  const query = usePoints(account, from, to, span.step, project);
  const points = query.data;
  const file = ['usage', ...(project ? [`project-${project}`] : []), usage.month, span.step].join('-');
  const chart = points ? { points, meter, span, zone: usage.zone } : null;
  const body = () => {
    if (query.error && !chart) return <Failed error={query.error} retry={() => query.refetch()} />;
    if (!chart) return <Loading height={250} />;
    if (isEmpty(chart.points, meter)) return <Empty title={t('usage.empty')}>{t('usage.emptyHint')}</Empty>;
    return asTable ? <PointsTable {...chart} /> : <Chart {...chart} />;
  };
  const action = (
    <>
      <Button
        variant="default"
        size="compact-sm"
        leftSection={asTable ? <ChartIcon size={14} /> : <TableIcon size={14} />}
        onClick={() => setAsTable(!asTable)}
      >
        {asTable ? t('usage.asChart') : t('usage.asTable')}
      </Button>
      <Button
        variant="default"
        size="compact-sm"
        leftSection={<DownIcon size={14} />}
        disabled={!points}
        onClick={() => saveFile(`${file}.csv`, 'text/csv', csvOf(points ?? []))}
      >
        CSV
      </Button>
    </>
  );
  return (
    <Panel title={t('usage.title')} hint={t('usage.hint', { zone: usage.zone })} action={action}>
      <div className="controls">
        <SegmentedControl
          size="xs"
          aria-label={t('usage.meter')}
          value={meter}
          onChange={(value) => setMeter(value as MeterName)}
          data={meterNames.map((value) => ({ value, label: names.meter(value) }))}
        />
        <SegmentedControl
          size="xs"
          aria-label={t('usage.range')}
          value={range}
          onChange={(value) => setRange(value as Range)}
          data={[
            { value: 'day', label: t('usage.today') },
            { value: 'month', label: t('usage.month') },
          ]}
        />
      </div>
      {body()}
    </Panel>
  );
}
