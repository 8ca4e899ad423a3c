// Reads payments, the statement of account, arrears and the prepaid balance.
import {
  decimal,
  fail,
  optionalDecimal,
  optionalRow,
  optionalRows,
  optionalText,
  type Row,
  row,
  text,
} from './fields.ts';
import type {
  Adjustment,
  Arrears,
  Booked,
  CollectionTerms,
  Grant,
  OpenInvoice,
  OpenInvoices,
  Payment,
  Prepaid,
  Statement,
  StatementEntry,
} from './types_money.ts';

/** A whole number of the answer that is no quantity and no money: a line, a count of days. */
function whole(from: Row, name: string): number {
  const value = from[name];
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : fail(name);
}

export function readPayment(value: unknown): Payment {
  const from = row(value, 'payment');
  return {
    payment: text(from, 'payment'),
    id: text(from, 'id'),
    account: optionalText(from, 'account'),
    date: text(from, 'date'),
    amount: decimal(from, 'amount'),
    currency: text(from, 'currency'),
    reference: optionalText(from, 'reference') ?? '',
    payer: optionalText(from, 'payer') ?? '',
    recordedAt: text(from, 'recorded_at'),
    reversed: from.reversed === true,
  };
}

export function readBooked(value: unknown): Booked {
  const from = row(value, 'booked payment');
  return {
    line: whole(from, 'line'),
    result: text(from, 'result'),
    payment: optionalText(from, 'payment'),
    account: optionalText(from, 'account'),
    problem: optionalText(from, 'problem'),
    pointer: optionalText(from, 'pointer'),
  };
}

export function readAdjustment(value: unknown): Adjustment {
  const from = row(value, 'adjustment');
  return {
    id: text(from, 'id'),
    kind: text(from, 'kind'),
    reference: text(from, 'reference'),
    amount: decimal(from, 'amount'),
    currency: text(from, 'currency'),
    at: text(from, 'at'),
    why: optionalText(from, 'why') ?? '',
  };
}

function readOpenInvoice(from: Row): OpenInvoice {
  return {
    number: text(from, 'number'),
    month: text(from, 'month'),
    total: decimal(from, 'total'),
    paid: decimal(from, 'paid'),
    open: decimal(from, 'open'),
    issuedAt: text(from, 'issued_at'),
    deductionAt: optionalText(from, 'deduction_at'),
    days: whole(from, 'days'),
  };
}

export function readOpenInvoices(value: unknown): OpenInvoices {
  const from = row(value, 'open invoices');
  return {
    currency: text(from, 'currency'),
    open: decimal(from, 'open'),
    ageing: optionalRows(from, 'ageing').map((age) => ({
      from: whole(age, 'from_days'),
      to: age.to_days == null ? null : whole(age, 'to_days'),
      open: decimal(age, 'open'),
    })),
    items: optionalRows(from, 'items').map(readOpenInvoice),
  };
}

function readEntry(from: Row): StatementEntry {
  return {
    id: text(from, 'id'),
    at: text(from, 'at'),
    source: text(from, 'source'),
    text: optionalText(from, 'text') ?? '',
    amount: decimal(from, 'amount'),
    balance: decimal(from, 'balance'),
  };
}

export function readStatement(value: unknown): Statement {
  const from = row(value, 'statement');
  return {
    currency: text(from, 'currency'),
    zone: text(from, 'zone'),
    balance: decimal(from, 'balance'),
    owed: optionalDecimal(from, 'owed'),
    credit: optionalDecimal(from, 'credit'),
    refundable: optionalDecimal(from, 'refundable'),
    reserved: optionalDecimal(from, 'reserved'),
    prepaid: optionalDecimal(from, 'prepaid'),
    months: optionalRows(from, 'months').map((month) => ({
      month: text(month, 'month'),
      opening: decimal(month, 'opening'),
      closing: decimal(month, 'closing'),
      entries: optionalRows(month, 'entries').map(readEntry),
    })),
  };
}

function readCollection(from: Row): CollectionTerms {
  return {
    mode: text(from, 'mode'),
    deductionDay: whole(from, 'deduction_day'),
    graceDays: whole(from, 'grace_days'),
    tolerance: decimal(from, 'tolerance'),
    weeklyGraceHours: whole(from, 'weekly_grace_hours'),
    expiryNoticeDays: whole(from, 'expiry_notice_days'),
    own: from.own === true,
  };
}

export function readArrears(value: unknown): Arrears {
  const from = row(value, 'arrears');
  const collection = optionalRow(from, 'collection');
  return {
    state: text(from, 'state'),
    since: optionalText(from, 'since'),
    suspendsAt: optionalText(from, 'suspends_at'),
    currency: text(from, 'currency'),
    balance: decimal(from, 'balance'),
    collection: collection === null ? null : readCollection(collection),
  };
}

function readGrant(from: Row): Grant {
  return {
    id: text(from, 'id'),
    kind: text(from, 'kind'),
    reference: text(from, 'reference'),
    amount: decimal(from, 'amount'),
    left: decimal(from, 'left'),
    consumed: decimal(from, 'consumed'),
    expired: decimal(from, 'expired'),
    at: text(from, 'at'),
    expiresAt: optionalText(from, 'expires_at'),
    ended: from.ended === true,
  };
}

export function readPrepaid(value: unknown): Prepaid {
  const from = row(value, 'prepaid');
  return {
    prepaid: from.prepaid === true,
    currency: text(from, 'currency'),
    available: decimal(from, 'available'),
    used: decimal(from, 'used'),
    left: decimal(from, 'left'),
    grants: optionalRows(from, 'grants').map(readGrant),
  };
}
