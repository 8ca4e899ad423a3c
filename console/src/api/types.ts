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
  /** "operator" or "arrears"; null: it is not suspended. */
  suspendedFor: string | null;
  /** A move to another price list that has not begun. */
  nextCatalogue: { catalogue: string; from: string } | null;
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
  projects: { id: string; name: string; used: Record<MeterName, string> }[];
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
  /** Of a bundle. */
  name?: string | null;
  quantity: string | null;
  included: string | null;
  overage: string | null;
  unitPrice: string | null;
  amount: string;
  inclusive: boolean;
}

/** A time in which the message path was down. */
export interface DownRange {
  start: string;
  end: string;
  minutes: string | null;
  cause: string;
}

/** Measured uptime of an invoice's month, as the invoice states it. */
export interface Uptime {
  minutes: string;
  down: string;
  percent: string;
  target: string;
  credit: string;
  ranges: DownRange[];
  /** Ranges that the invoice does not list. */
  more: string;
}

/** Evidence of one project's peak: when, how many, and who, as far as listed. */
export interface Peak {
  project: string;
  name: string;
  at: string;
  connections: string;
  listed: { user: string; openedAt: string }[];
}

export interface CreditNoteName {
  number: string;
  kind: string;
  total: string;
}

/** What an invoice says beyond its head, its lines and its total. */
export interface InvoiceFacts {
  zone: string | null;
  sha256: string | null;
  catalogueSha256: string | null;
  projects: { id: string; name: string }[];
  evidence: Peak[];
  uptime: Uptime | null;
  /** Percents of the terms, by the kind of the line that they make. */
  percents: Record<'discount' | 'sla_credit' | 'tax', string | null>;
  creditNotes: CreditNoteName[];
}

export interface Invoice extends InvoiceFacts {
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

/** An invoice recomputed from the meter's signed records. */
export interface InvoiceProof {
  number: string;
  holds: boolean;
  /** The first record that does not hold. */
  finding: string | null;
  keySha256: string;
  documentSha256: string;
  catalogueSha256: string;
  hours: string | null;
  records: string | null;
  coveredMinutes: string | null;
  dueMinutes: string | null;
  lines: InvoiceLine[];
  total: string | null;
}

/** A month rated on one plan. */
export interface RatedPlan {
  plan: string;
  catalogue: string;
  currency: string;
  lines: InvoiceLine[];
  total: string;
  current: boolean;
  /** False: a hard plan that would have refused what is above its quotas. */
  possible: boolean;
  /** To the month's real total; null in another currency. */
  difference: string | null;
  passed: { meter: string; used: string; quota: string }[];
}

export interface WhatIf {
  month: string;
  running: boolean;
  plan: string;
  catalogue: string;
  currency: string;
  total: string;
  /** Possible ones first, cheapest first. */
  plans: RatedPlan[];
  /** Catalogues that count messages by another unit. */
  leftOut: string[];
}

export interface MeterForecast {
  meter: MeterName;
  used: string;
  expected: string;
  low: string;
  high: string;
  quota: string | null;
  reached: boolean;
  crossesAt: string | null;
}

export interface Forecast {
  month: string;
  asOf: string;
  /** Three days or more are known. */
  firm: boolean;
  meters: MeterForecast[];
  bill: RatedPlan;
  low: string;
  high: string;
  budget: { amount: string; reached: boolean; crossesAt: string | null } | null;
}

export interface Sla {
  month: string;
  promised: boolean;
  target: string;
  /** Null: this server does not measure. */
  measured: { soFar: string; down: string; left: string; credit: string; ranges: DownRange[] } | null;
}
