// From the API's points to what a chart draws and a table or file shows. A chart needs pixels, so quantities become
// numbers here and only here; tables, tips and files keep the exact text.
import type { MeterName, UsagePoint } from '../api/types.ts';
import { meterNames } from '../api/types.ts';

export interface Series {
  /** Starts of the steps, seconds. */
  starts: number[];
  /** Height per step; null where the meter was down for the whole step. */
  heights: (number | null)[];
  /** Index ranges [from, to) without cover, for shading. */
  gaps: [number, number][];
}

export function seriesOf(points: readonly UsagePoint[], meter: MeterName): Series {
  const gaps: [number, number][] = [];
  points.forEach((point, index) => {
    if (point.covered) return;
    const last = gaps.at(-1);
    if (last && last[1] === index) last[1] = index + 1;
    else gaps.push([index, index + 1]);
  });
  return {
    starts: points.map((point) => Date.parse(point.start) / 1000),
    heights: points.map((point) => (point.covered || point.used[meter] !== '0' ? Number(point.used[meter]) : null)),
    gaps,
  };
}

export function isEmpty(points: readonly UsagePoint[], meter: MeterName): boolean {
  return points.every((point) => point.covered && /^0(\.0+)?$/.test(point.used[meter]));
}

/** The points as CSV (RFC 4180), quantities as they came. */
export function csvOf(points: readonly UsagePoint[]): string {
  const rows = points.map((point) =>
    [point.start, ...meterNames.map((m) => point.used[m]), point.covered ? 'yes' : 'no'].join(','),
  );
  return [['start', ...meterNames, 'covered'].join(','), ...rows, ''].join('\r\n');
}
