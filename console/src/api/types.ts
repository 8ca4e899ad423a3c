// What the pages work with. Quantities and money are decimal text throughout (see exact/decimal.ts).

export const meterNames = ['pcu', 'messages', 'storage_gb'] as const;
export type MeterName = (typeof meterNames)[number];

export interface Person {
  id: string;
  email: string;
  name: string;
  realm: 'customer' | 'operators';
  /** An operator's role over all accounts; people of a customer have one per account instead. */
  role: string | null;
}

export interface Membership {
  id: string;
  name: string;
  role: string;
}

export interface SessionInfo {
  token: string;
  expiresAt: string;
  person: Person;
  accounts: Membership[];
}

export interface Account {
  id: string;
  name: string;
  email: string;
  catalogue: string;
  plan: string;
  /** Whether the plan's quotas stop the service. */
  hard: boolean;
  suspended: boolean;
  meters: Record<MeterName, Meter> | null;
  bill: { currency: string; total: string } | null;
}

export interface Project {
  id: string;
  name: string;
  appId: string;
  disabled: boolean;
}

export interface Meter {
  used: string;
  quota: string | null;
  /** What is in use at this instant (connections of pcu). */
  open: string | null;
}

export interface Gap {
  start: string;
  end: string;
}

export interface Usage {
  month: string;
  start: string;
  end: string;
  asOf: string;
  zone: string;
  catalogue: string;
  currency: string;
  plan: string;
  hard: boolean;
  payAsYouGo: boolean;
  meters: Record<MeterName, Meter>;
  projects: { name: string; used: Record<MeterName, string> }[];
  gaps: Gap[];
  /** The plan that a pending downgrade brings with the next month. */
  nextPlan: string | null;
}

export interface UsagePoint {
  start: string;
  used: Record<MeterName, string>;
  covered: boolean;
}

export interface InvoiceLine {
  kind: string;
  quantity: string | null;
  included: string | null;
  overage: string | null;
  unitPrice: string | null;
  amount: string;
  inclusive: boolean;
}

export interface Invoice {
  number: string | null;
  month: string;
  plan: string;
  catalogue: string;
  currency: string;
  state: string;
  asOf: string | null;
  issuedAt: string | null;
  lines: InvoiceLine[];
  total: string;
}

export interface Plan {
  name: string;
  /** Its name in the catalogue's own words, by language. */
  title: Record<string, string>;
  hard: boolean;
  payAsYouGo: boolean;
  baseFee: string;
  minimumSpend: string;
  quota: Record<MeterName, string> | null;
  rates: Record<MeterName, string>;
}

export interface PlanTable {
  catalogue: string;
  currency: string;
  plans: Plan[];
}

export interface PlanChange {
  from: string;
  to: string;
  kind: string;
  effectiveAt: string | null;
  priceNow: string | null;
  before: Invoice | null;
  after: Invoice | null;
}

export interface RtmToken {
  token: string;
  expiresAt: string;
}
