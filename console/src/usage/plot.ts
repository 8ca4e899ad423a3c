// One uPlot chart of one meter: bars for messages, steps for connections, an area for storage; gaps of the meter hatched.
import uPlot from 'uplot';
import type { MeterName } from '../api/types.ts';
import type { Series } from './chart_data.ts';

export interface PlotLook {
  width: number;
  height: number;
  line: string;
  fill: string;
  grid: string;
  text: string;
  gap: string;
  font: string;
}

export interface PlotInput {
  series: Series;
  meter: MeterName;
  /** Range of the time axis, seconds. */
  from: number;
  to: number;
  label: (seconds: number) => string;
  quantity: (value: number) => string;
  onPoint: (index: number | null) => void;
}

/** The colours of the page as it looks now. */
export function lookOf(element: HTMLElement): PlotLook {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    width: Math.max(240, element.clientWidth),
    height: 220,
    line: of('--brand'),
    fill: of('--brand-soft'),
    grid: of('--line'),
    text: of('--muted'),
    gap: of('--gap'),
    font: `12px ${style.fontFamily}`,
  };
}

function pathsOf(meter: MeterName): uPlot.Series.PathBuilder | undefined {
  if (meter === 'messages') return uPlot.paths.bars?.({ size: [0.7, 40], radius: 0.2, align: 1 });
  return uPlot.paths.stepped?.({ align: 1 });
}

function drawGaps(plot: uPlot, { series, to }: PlotInput, colour: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = colour;
  for (const [first, end] of series.gaps) {
    const left = plot.valToPos(series.starts[first] ?? to, 'x', true);
    const right = plot.valToPos(series.starts[end] ?? to, 'x', true);
    ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height);
  }
  ctx.restore();
}

export function makePlot(input: PlotInput, look: PlotLook, target: HTMLElement): uPlot {
  const axis = { stroke: look.text, font: look.font, ticks: { show: false } };
  const options: uPlot.Options = {
    width: look.width,
    height: look.height,
    padding: [12, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: {
      x: { time: true, range: [input.from, input.to] },
      y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.12 : 1] },
    },
    axes: [
      { ...axis, grid: { show: false }, values: (_plot, at) => at.map(input.label), space: 56, size: 28 },
      {
        ...axis,
        grid: { stroke: look.grid, width: 1 },
        values: (_plot, at) => at.map(input.quantity),
        size: 62,
        space: 44,
      },
    ],
    series: [
      {},
      {
        stroke: look.line,
        fill: input.meter === 'messages' ? look.line : look.fill,
        width: input.meter === 'messages' ? 0 : 2,
        paths: pathsOf(input.meter),
        points: { show: false },
        spanGaps: false,
      },
    ],
    hooks: {
      drawClear: [(plot) => drawGaps(plot, input, look.gap)],
      setCursor: [(plot) => input.onPoint(plot.cursor.idx ?? null)],
    },
  };
  return new uPlot(options, [input.series.starts, input.series.heights], target);
}
