import { describe, expect, it } from 'vitest';
import type { Meter } from '../api/types.ts';
import { noticesOf, viewOf } from './meter_state.ts';

const meter = (used: string, quota: string | null, open: string | null = null): Meter => ({ used, quota, open });

describe('states of a meter', () => {
  it.each([
    ['79999999', '100000000', false, 'normal', 79],
    ['80000000', '100000000', false, 'near', 80],
    ['99999999', '100000000', false, 'near', 99],
    ['100000000', '100000000', false, 'full', 100],
    ['100000001', '100000000', false, 'over', 100],
    ['100000000', '100000000', true, 'stopped', 100],
    ['99999999', '100000000', true, 'near', 99],
    ['0', '100', true, 'normal', 0],
    ['2.0666666667', '2', false, 'over', 103],
  ] as const)('%s of %s (hard: %s) is %s at %i %%', (used, quota, hard, state, percent) => {
    const view = viewOf('messages', meter(used, quota), hard);
    expect([view.state, view.percent]).toEqual([state, percent]);
  });

  it('has neither percent nor rest without a quota', () => {
    expect(viewOf('pcu', meter('9223372036854775807', null), false)).toMatchObject({
      state: 'unlimited',
      percent: null,
      left: null,
    });
  });

  it('shows the exact overage, and none on a hard plan', () => {
    expect(viewOf('storage_gb', meter('2.0666666667', '2'), false).overage).toBe('0.0666666667');
    expect(viewOf('pcu', meter('120', '100'), true).overage).toBe('0');
  });

  it('puts the quota mark on the bar when use is beyond it', () => {
    expect(viewOf('pcu', meter('625', '500'), false)).toMatchObject({ filled: 1000, mark: 800, left: '0' });
    expect(viewOf('pcu', meter('125', '500'), false)).toMatchObject({ filled: 250, mark: null, left: '375' });
  });

  it('knows that a hard connection quota opens again when clients leave', () => {
    expect(viewOf('pcu', meter('100', '100', '100'), true).state).toBe('stopped');
    expect(viewOf('pcu', meter('100', '100', '99'), true).state).toBe('touched');
    expect(viewOf('messages', meter('100', '100', '0'), true).state).toBe('stopped');
  });
});

describe('notices', () => {
  it('lists what needs attention, worst first', () => {
    const meters = {
      pcu: meter('85', '100', '3'),
      messages: meter('3000000', '3000000'),
      storage_gb: meter('0.1', '1'),
    };
    expect(noticesOf(meters, true).map(({ meter: name, state }) => [name, state])).toEqual([
      ['messages', 'stopped'],
      ['pcu', 'near'],
    ]);
  });

  it('is quiet when all is well or nothing is limited', () => {
    expect(
      noticesOf({ pcu: meter('1', '100'), messages: meter('1', null), storage_gb: meter('0', '1') }, false),
    ).toEqual([]);
  });
});
