import { describe, expect, it } from 'vitest';
import { readCap } from '../api/read_terms.ts';
import { placeOf, stateOf } from './cap_view.ts';

const cap = (change: object) =>
  readCap({
    id: '1',
    scope: 'channels',
    project: '7',
    prefix: 'game-',
    units: '100',
    amount: null,
    used_units: '80',
    used_amount: '0.0008',
    percent: 80,
    reset: '2026-12-01T00:00:00+08:00',
    ...change,
  });

describe('a cap', () => {
  it('is told by its place', () => {
    const projects = [{ id: '7', name: 'chat', appId: 'a', disabled: false }];
    expect(placeOf(cap({}), projects)).toEqual({ key: 'caps.name.channels', project: 'chat', prefix: 'game-' });
    expect(placeOf(cap({ project: '9' }), projects).project).toBe('9');
    expect(placeOf(cap({ scope: 'account', project: undefined, prefix: undefined }), projects).key).toBe(
      'caps.name.account',
    );
  });

  it('refuses at its end and warns before', () => {
    expect([79, 80, 99, 100, 250].map((percent) => stateOf(cap({ percent })))).toEqual([
      'normal',
      'near',
      'near',
      'stopped',
      'stopped',
    ]);
  });

  it('without a percentage is malformed', () => {
    expect(() => cap({ percent: null })).toThrow();
  });
});
