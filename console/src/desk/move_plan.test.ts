import { describe, expect, it } from 'vitest';
import type { Plan } from '../api/types.ts';
import { monthAfter, monthsToMove, plansToMap } from './move_plan.ts';

const plans = (...names: string[]) => names.map((name) => ({ name }) as Plan);

describe('a move to another price list', () => {
  it('begins with a later month than the running one', () => {
    expect(monthAfter('2026-11', 2)).toBe('2027-01');
    expect(monthsToMove('2026-11', '2026-01-01', 3)).toEqual(['2026-12', '2027-01', '2027-02']);
  });

  it('never begins before the price list does', () => {
    expect(monthsToMove('2026-11', '2027-03-01', 2)).toEqual(['2027-03', '2027-04']);
    expect(monthsToMove('2026-11', '', 1)).toEqual(['2026-12']);
  });

  it('asks for the successor of a plan whose name ends', () => {
    expect(plansToMap(plans('free', 'basic', 'premium'), plans('free', 'pro'))).toEqual(['basic', 'premium']);
    expect(plansToMap(plans('free'), plans('free', 'pro'))).toEqual([]);
  });
});
