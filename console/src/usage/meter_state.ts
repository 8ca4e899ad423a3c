// What a meter's numbers mean for the customer, in one word. Pure; the words' texts are in i18n.

import type { Meter, MeterName } from '../api/types.ts';
import { compare, permille, subtract } from '../exact/decimal.ts';

/** Percent of the quota from which a meter is called near it. */
export const nearPercent = 80;

export type MeterState =
  | 'unlimited' // pay as you go: no quota, every unit billed
  | 'normal'
  | 'near' // from 80 % of the quota
  | 'full' // soft quota used to the last unit, nothing billed yet
  | 'over' // beyond a soft quota: billed
  | 'touched' // hard plan: the peak was at the quota, but connections have closed since
  | 'stopped'; // hard quota reached: the function refuses until the month ends or the plan is upgraded

export interface MeterView {
  state: MeterState;
  /** Whole percent of the quota, rounded down; null without a quota. */
  percent: number | null;
  /** Quota minus use, never below 0; null without a quota. */
  left: string | null;
  /** Use beyond a soft quota, else "0". */
  overage: string;
  /** Share of the bar that is filled, in thousandths. */
  filled: number;
  /** Where the quota stands on the bar when use is beyond it, in thousandths; else null. */
  mark: number | null;
}

function stateOf(name: MeterName, meter: Meter, quota: string, hard: boolean): MeterState {
  const reached = compare(meter.used, quota) >= 0;
  if (reached && hard) {
    // New connections are refused by what is open now, not by the month's peak.
    const isFree = name === 'pcu' && meter.open !== null && compare(meter.open, quota) < 0;
    return isFree ? 'touched' : 'stopped';
  }
  if (reached) return compare(meter.used, quota) > 0 ? 'over' : 'full';
  return permille(meter.used, quota) >= nearPercent * 10 ? 'near' : 'normal';
}

export function viewOf(name: MeterName, meter: Meter, hard: boolean): MeterView {
  const { used, quota } = meter;
  if (quota === null) return { state: 'unlimited', percent: null, left: null, overage: '0', filled: 0, mark: null };
  const beyond = compare(used, quota) > 0;
  return {
    state: stateOf(name, meter, quota, hard),
    percent: Math.floor(permille(used, quota) / 10),
    left: beyond ? '0' : subtract(quota, used),
    overage: beyond && !hard ? subtract(used, quota) : '0',
    filled: beyond ? 1000 : permille(used, quota),
    mark: beyond ? permille(quota, used) : null,
  };
}

/** States that the page tells at its head, worst first. */
const told: readonly MeterState[] = ['stopped', 'over', 'full', 'touched', 'near'];

export interface MeterNotice {
  meter: MeterName;
  state: MeterState;
  view: MeterView;
}

/** The notices that the meters give rise to, worst first. */
export function noticesOf(meters: Record<MeterName, Meter>, hard: boolean): MeterNotice[] {
  const all = (Object.keys(meters) as MeterName[]).map((meter) => {
    const view = viewOf(meter, meters[meter], hard);
    return { meter, state: view.state, view };
  });
  return all.filter(({ state }) => told.includes(state)).sort((a, b) => told.indexOf(a.state) - told.indexOf(b.state));
}
