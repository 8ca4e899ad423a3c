import { describe, expect, it } from 'vitest';
import { checkMoment, instantOf, localText } from './local_time.ts';

describe('a time of a field', () => {
  it.each([
    ['2026-12-01T00:00', 'Asia/Shanghai', '2026-11-30T16:00:00.000Z'],
    ['2026-12-01T00:00:30', 'UTC', '2026-12-01T00:00:30.000Z'],
    ['2026-03-08T01:59', 'America/New_York', '2026-03-08T06:59:00.000Z'],
    ['2026-03-08T03:00', 'America/New_York', '2026-03-08T07:00:00.000Z'],
    ['2026-11-01T12:00', 'America/New_York', '2026-11-01T17:00:00.000Z'],
  ])('%s in %s is %s, and back', (text, zone, at) => {
    expect(instantOf(text, zone)).toBe(at);
    expect(localText(at, zone)).toBe(text);
  });

  it('that is none is none', () => {
    for (const text of ['', '2026-12-01', '2026-02-30T00:00', '2026-12-01T25:00', 'soon']) {
      expect(instantOf(text, 'UTC'), text).toBeNull();
    }
  });

  it('must lie ahead where it ends something', () => {
    const now = Date.parse('2026-11-30T16:00:00Z');
    expect(checkMoment('2026-12-01T00:00', 'Asia/Shanghai', now)).toEqual({ key: 'past' });
    expect(checkMoment('2026-12-01T00:01', 'Asia/Shanghai', now)).toBeNull();
    expect(checkMoment('soon', 'UTC', now)).toEqual({ key: 'moment' });
  });
});
