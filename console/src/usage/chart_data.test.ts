import { describe, expect, it } from 'vitest';
import type { UsagePoint } from '../api/types.ts';
import { csvOf, isEmpty, seriesOf } from './chart_data.ts';

const point = (hour: number, messages: string, covered = true): UsagePoint => ({
  start: `2026-11-23T0${hour}:00:00Z`,
  used: { pcu: '0', messages, storage_gb: '0.0' },
  covered,
});

describe('chart', () => {
  it('tells "no usage" from "meter was down"', () => {
    const series = seriesOf(
      [point(0, '5'), point(1, '0'), point(2, '0', false), point(3, '0', false), point(4, '7')],
      'messages',
    );
    expect(series.heights).toEqual([5, 0, null, null, 7]);
    expect(series.gaps).toEqual([[2, 4]]);
    expect(series.starts[1]).toBe(Date.parse('2026-11-23T01:00:00Z') / 1000);
  });

  it('shows what was counted before the meter went down', () => {
    const series = seriesOf([point(0, '5', false)], 'messages');
    expect([series.heights, series.gaps]).toEqual([[5], [[0, 1]]]);
  });

  it('is empty only when nothing happened and nothing is unknown', () => {
    expect(isEmpty([point(0, '0'), point(1, '0')], 'messages')).toBe(true);
    expect(isEmpty([point(0, '0')], 'storage_gb')).toBe(true);
    expect(isEmpty([point(0, '0', false)], 'messages')).toBe(false);
    expect(isEmpty([point(0, '1')], 'messages')).toBe(false);
  });

  it('exports exact quantities', () => {
    expect(csvOf([point(0, '9223372036854775807'), point(1, '0', false)])).toBe(
      'start,pcu,messages,storage_gb,covered\r\n' +
        '2026-11-23T00:00:00Z,0,9223372036854775807,0.0,yes\r\n' +
        '2026-11-23T01:00:00Z,0,0,0.0,no\r\n',
    );
  });
});
