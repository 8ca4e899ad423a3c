import { describe, expect, it } from 'vitest';
import { dayText, formatMonth, formatPlainDay, monthBefore, startOfDay, timeLeft } from './time.ts';

const iso = (at: number) => new Date(at).toISOString();

describe('days', () => {
  it('begin where the catalogue lives', () => {
    const at = Date.parse('2026-11-23T17:30:00Z');
    expect(iso(startOfDay(at, 'Asia/Shanghai'))).toBe('2026-11-23T16:00:00.000Z');
    expect(iso(startOfDay(at, 'UTC'))).toBe('2026-11-23T00:00:00.000Z');
  });

  it('begin right also on the day the clocks change', () => {
    expect(iso(startOfDay(Date.parse('2026-03-08T20:00:00Z'), 'America/New_York'))).toBe('2026-03-08T05:00:00.000Z');
  });
});

describe('a day as text', () => {
  it('is the day where the catalogue lives', () => {
    const at = Date.parse('2026-11-23T17:30:00Z');
    expect(dayText(at, 'Asia/Shanghai')).toBe('2026-11-24');
    expect(dayText(at, 'UTC')).toBe('2026-11-23');
    expect(formatPlainDay('2026-02-03', 'en')).toBe('3 Feb 2026');
    expect(formatPlainDay('2026-02-03', 'zh')).toBe('2026年2月3日');
  });
});

describe('month', () => {
  it('is found some months before', () => {
    expect(monthBefore('2026-11', 0)).toBe('2026-11');
    expect(monthBefore('2026-01', 2)).toBe('2025-11');
    expect(monthBefore('2026-12', 12)).toBe('2025-12');
  });

  it('is named in both languages', () => {
    expect(formatMonth('2026-11', 'en')).toBe('November 2026');
    expect(formatMonth('2026-11', 'zh')).toBe('2026年11月');
    expect(formatMonth('soon', 'en')).toBe('soon');
  });

  it('has time left until its end and never less than none', () => {
    const end = Date.parse('2026-11-30T16:00:00Z');
    expect(timeLeft(Date.parse('2026-11-23T06:30:00Z'), end)).toEqual({ days: 7, hours: 9, minutes: 30 });
    expect(timeLeft(end + 1, end)).toEqual({ days: 0, hours: 0, minutes: 0 });
  });
});
