// What the pages of payments work with. Money is decimal text as the server gives it; nothing is added up here.

export interface Payment {
  /** The server's own number; `id` is the bank's. */
  payment: string;
  id: string;
  account: string | null;
  date: string;
  amount: string;
  currency: string;
  reference: string;
  payer: string;
  recordedAt: string;
  reversed: boolean;
}

/** What became of one row of a bank statement, or of one payment that was recorded. */
export interface Booked {
  line: number;
  result: string;
  payment: string | null;
  account: string | null;
  problem: string | null;
  /** Which column the problem is about, "/reference". */
  pointer: string | null;
}

export interface NewPayment {
  id: string;
  date: string;
  amount: string;
  currency: string;
  reference: string;
  payer: string;
}

export interface Adjustment {
  id: string;
  kind: string;
  reference: string;
  amount: string;
  currency: string;
  at: string;
  why: string;
}

export interface OpenInvoice {
  number: string;
  month: string;
  total: string;
  paid: string;
  open: string;
  issuedAt: string;
  /** When the balance must cover it; null where nothing is collected. */
  deductionAt: string | null;
  days: number;
}

export interface OpenInvoices {
  currency: string;
  open: string;
  ageing: { from: number; to: number | null; open: string }[];
  items: OpenInvoice[];
}

export interface StatementEntry {
  id: string;
  at: string;
  source: string;
  text: string;
  amount: string;
  balance: string;
}

export interface Statement {
  currency: string;
  zone: string;
  /** Below 0: owed. */
  balance: string;
  owed: string | null;
  credit: string | null;
  /** The most that can be paid back now. */
  refundable: string | null;
  reserved: string | null;
  prepaid: string | null;
  months: { month: string; opening: string; closing: string; entries: StatementEntry[] }[];
}

/** What an unpaid bill leads to. */
export interface CollectionTerms {
  mode: string;
  /** Day of the month on which the balance must be 0 or more. */
  deductionDay: number;
  graceDays: number;
  /** What a weekly check lets pass. */
  tolerance: string;
  weeklyGraceHours: number;
  /** Days ahead of the end of a prepaid amount that a letter goes out. */
  expiryNoticeDays: number;
  /** The account's own; false: those of the operator. */
  own: boolean;
}

export interface Arrears {
  state: string;
  since: string | null;
  suspendsAt: string | null;
  currency: string;
  balance: string;
  collection: CollectionTerms | null;
}

export interface Grant {
  id: string;
  kind: string;
  reference: string;
  amount: string;
  left: string;
  consumed: string;
  expired: string;
  at: string;
  expiresAt: string | null;
  ended: boolean;
}

export interface Prepaid {
  /** False: the account pays after the month; it may have grants left all the same. */
  prepaid: boolean;
  currency: string;
  available: string;
  used: string;
  left: string;
  grants: Grant[];
}
