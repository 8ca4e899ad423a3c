// What operators send: bookings, terms, accounts. Money is decimal text from the field to the request.
import type { Invoice } from './types.ts';
import type { CollectionTerms } from './types_money.ts';
import type { Terms } from './types_terms.ts';

/** A credit or a refund; `reference` is unique in the account, the same again books nothing. */
export interface NewAdjustment {
  reference: string;
  amount: string;
  reason: string;
}

export interface NewWriteOff extends NewAdjustment {
  invoice: string;
}

export interface NewGrant extends NewAdjustment {
  kind: string;
  /** An instant; null: without an end. */
  expiresAt: string | null;
}

/** An account's own terms. */
export type NewCollection = Omit<CollectionTerms, 'own'>;

export interface NewAccount {
  name: string;
  email: string;
  locale: string;
  catalogue: string;
  plan: string;
}

export interface NewMove {
  catalogue: string;
  /** The month whose first instant it is, "2027-01". */
  from: string;
  /** New plan by old plan, where the name is not kept. */
  plans: Record<string, string>;
  reason: string;
}

export interface CatalogueHead {
  name: string;
  title: Record<string, string>;
  effectiveFrom: string;
  currency: string;
  zone: string;
}

/** Switches of a price list that decide what a contract means. */
export interface CatalogueRules {
  /** True: the minimum is a fee before discounts; false: it is compared with what discounts leave. */
  minimumBeforeDiscount: boolean;
  rounding: string;
}

/** What a contract would do: the terms as they were then, and the running month under it. */
export interface ContractOffer {
  terms: Terms;
  before: Invoice;
  after: Invoice;
}
