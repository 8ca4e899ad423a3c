// What an account has agreed and has set for itself: contract, caps, and what they would refuse.
import type { MeterName, Plan } from './types.ts';

export interface Bundle {
  name: string;
  fee: string;
  included: Partial<Record<MeterName, string>>;
}

export interface PlanOverrides {
  /** Only this plan; null: every plan. */
  plan: string | null;
  kind: string | null;
  baseFee: string | null;
  dailyMessages: string | null;
  quota: Partial<Record<MeterName, string>>;
  /** Of messages: per million. */
  rates: Partial<Record<MeterName, string>>;
  features: { name: string; value: boolean | string }[];
  /** Technical limits of every project, by the server's names. */
  limits: { name: string; value: string }[];
}

export interface Contract {
  discountPercent: string;
  /** Null: the plan's own. */
  minimumSpend: string | null;
  from: string | null;
  until: string | null;
  volume: { whole: boolean; tiers: { from: string; percent: string }[] } | null;
  bundles: Bundle[];
  overrides: PlanOverrides | null;
}

export interface Terms {
  catalogue: string;
  currency: string;
  plan: string;
  nextPlan: string | null;
  nextCatalogue: { catalogue: string; from: string } | null;
  contract: Contract;
  /** All that were agreed, with their times. */
  contracts: Contract[];
  inForce: Plan | null;
  features: { name: string; value: boolean | string }[];
  tax: { percent: string; inclusive: boolean };
  budget: string | null;
}

export interface HistoryEvent {
  id: string;
  at: string;
  kind: string;
  by: string;
  why: string;
}

export type CapScope = 'account' | 'project' | 'channels';

export interface Cap {
  id: string;
  scope: string;
  project: string | null;
  prefix: string | null;
  units: string | null;
  amount: string | null;
  usedUnits: string;
  usedAmount: string;
  percent: number;
  reset: string;
}

export interface CapLimits {
  units: string | null;
  amount: string | null;
}

export interface NewCap extends CapLimits {
  scope: CapScope;
  project: string | null;
  prefix: string | null;
}

/** The price of a message before it is sent, and what would refuse it. */
export interface DryRun {
  units: string;
  receivers: string;
  admitted: boolean;
  refusedBy: { name: string; detail: string; limit: string | null; used: string | null; reset: string | null } | null;
  currency: string;
  list: string;
  addsToBill: string;
}
