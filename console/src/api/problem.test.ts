import { describe, expect, it } from 'vitest';
import { readProblem, readRetryAfter } from './problem.ts';

const refused = {
  type: '/docs/errors#budget',
  title: "the account's own budget is used up",
  status: 402,
  detail: 'meter=messages limit=3 used=3 needed=1',
  code: -17004,
  name: 'budget',
  retry: 'later',
  meter: 'messages',
  limit: '3',
  used: '3',
  needed: '1',
  reset: '2026-12-01T00:00:00.000Z',
  cap: { scope: 'channels', prefix: 'lob' },
  request_id: '19bfa5a9d40-1f',
};

describe('a problem', () => {
  it('keeps the numbers of a limit, its cap and the request', () => {
    expect(readProblem(refused)).toEqual({
      code: -17004,
      name: 'budget',
      detail: 'meter=messages limit=3 used=3 needed=1',
      quota: {
        meter: 'messages',
        limit: '3',
        used: '3',
        needed: '1',
        reset: '2026-12-01T00:00:00.000Z',
        cap: { scope: 'channels', of: 'lob', amount: '' },
      },
      requestId: '19bfa5a9d40-1f',
    });
  });

  it('without a detail of its own has none: the row says it in both languages', () => {
    expect(readProblem({ ...refused, detail: refused.title }).detail).toBeUndefined();
    expect(readProblem({ title: 'Bad Gateway' }).detail).toBe('Bad Gateway');
  });

  it('keeps members it has no place for, and a limit without its numbers', () => {
    const { members, quota } = readProblem({ name: 'rate_limited', limit: '100', choices: ['a', 'b'], deep: { x: 1 } });
    expect(quota).toBeUndefined();
    expect(members).toEqual({ limit: '100', choices: 'a, b', deep: '{"x":1}' });
  });

  it('is read whatever comes', () => {
    for (const body of [null, undefined, 7, 'text', [], { name: 5, code: 'x', detail: {}, cap: 3, pointer: [] }]) {
      expect(() => readProblem(body)).not.toThrow();
    }
    expect(readProblem('<html>')).toEqual({});
    const long = readProblem({
      detail: 'x'.repeat(10_000),
      ...Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`m${i}`, i])),
    });
    expect(long.detail).toHaveLength(500);
    expect(Object.keys(long.members ?? {})).toHaveLength(20);
  });

  it('knows when to come again, and its request from the header too', () => {
    const headers = new Headers({ 'Retry-After': '42', 'X-Request-Id': 'abc-1' });
    expect(readProblem({}, headers)).toEqual({ retryAfter: 42, requestId: 'abc-1' });
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-26T10:00:00Z');
  it.each([
    ['7', 7],
    ['0', 0],
    ['Thu, 26 Nov 2026 10:00:30 GMT', 30],
    ['Thu, 26 Nov 2026 09:00:00 GMT', 0],
    ['999999999999', 7 * 86_400],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ] as const)('%s is %s seconds', (header, seconds) => expect(readRetryAfter(header, now)).toBe(seconds));
});
