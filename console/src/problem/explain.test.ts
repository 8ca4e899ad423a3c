import { RTMBaseError } from 'postage-rtm';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/errors.ts';
import { explain, fieldOf } from './explain.ts';

describe('a pointer names a field', () => {
  it.each([
    ['/amount', 'amount'],
    ['/volume_discount/tiers/0/from', 'from'],
    ['/bundles/3', 'bundles'],
    ['?month', 'month'],
    ['/a~1b~0c', 'a/b~c'],
    ['', null],
    ['?', null],
    ['/0', null],
  ])('%s is %s', (pointer, field) => expect(fieldOf(pointer)).toBe(field));
});

describe('an error', () => {
  it('is said by its row, else by its status', () => {
    const known = explain(new ApiError('quota', 402, { name: 'quota_messages', code: -17002 }));
    expect([known.what, known.way]).toEqual([['problem.quota_messages.what', 'error.quota'], 'plans']);
    const bare = explain(new ApiError('server', 502, { detail: 'Bad Gateway' }));
    expect([bare.what, bare.said, bare.whole]).toEqual([['error.server'], 'Bad Gateway', []]);
  });

  it('that the page does not know is told whole', () => {
    const { what, whole, requestId } = explain(
      new ApiError('conflict', 409, {
        name: 'new_thing',
        code: -19000,
        requestId: 'r-1',
        members: { until: 'Monday' },
      }),
    );
    expect([what, whole, requestId]).toEqual([
      ['error.conflict'],
      ['HTTP 409 new_thing -19000', 'until: Monday'],
      'r-1',
    ]);
  });

  it('of the server has the number of its request, a refusal does not need it', () => {
    const id = (status: number, name: string) =>
      explain(new ApiError(status < 500 ? 'invalid' : 'server', status, { name, requestId: 'r-2' })).requestId;
    expect([id(500, 'internal'), id(400, 'bad_request')]).toEqual(['r-2', null]);
  });

  it('with a wait is possible again from the instant it was seen', () => {
    const error = new ApiError('rate', 429, { name: 'rate_limited', retryAfter: 42 });
    expect(explain(error).again).toBe(error.at + 42_000);
  });

  it('shows the way: an own limit, a bill, a wrong address', () => {
    const way = (name: string, more = {}) => explain(new ApiError('invalid', 400, { name, ...more })).way;
    expect([way('budget'), way('account_suspended'), way('not_found'), way('bad_request')]).toEqual([
      'limits',
      'payments',
      'home',
      null,
    ]);
    expect(way('forbidden', { reason: 'feature', members: { feature: 'lock' } })).toBe('plans');
  });

  it('of the live connection is the server’s row when it told one, with its numbers', () => {
    const quota = { name: 'quota_pcu', meter: 'pcu', limit: '20', used: '20', needed: '1', resetAt: 1_796_083_200_000 };
    const refused = explain(new RTMBaseError('login', -10015, 'too many', { quota }));
    expect(refused.what[0]).toBe('problem.quota_pcu.what');
    expect(refused.quota?.reset).toBe('2026-12-01T00:00:00.000Z');
    expect(explain(new RTMBaseError('link', 0, 'SAME_UID_LOGIN')).what[0]).toBe('problem.same_uid_login.what');
    expect(explain(new RTMBaseError('publish', -1, 'odd')).whole).toEqual(['publish -1']);
  });

  it('of any other kind says what it carries', () => {
    expect(explain(new TypeError('x is not a function')).said).toBe('x is not a function');
    expect(explain('text').what).toEqual(['error.unknown']);
  });
});
