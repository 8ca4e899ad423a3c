// Calls about money received: what is open, the statement, payments, the prepaid balance.
import { listAll } from './calls.ts';
import { call, fetchFile, longDeadlineMs, type NamedFile } from './client.ts';
import { readList } from './read.ts';
import {
  readAdjustment,
  readArrears,
  readBooked,
  readOpenInvoices,
  readPayment,
  readPrepaid,
  readStatement,
} from './read_money.ts';
import type {
  Adjustment,
  Arrears,
  Booked,
  NewPayment,
  OpenInvoices,
  Payment,
  Prepaid,
  Statement,
} from './types_money.ts';

const of = (account: string) => `/accounts/${encodeURIComponent(account)}`;

export function getOpenInvoices(account: string, signal?: AbortSignal): Promise<OpenInvoices> {
  return call('GET', `${of(account)}/open-invoices`, readOpenInvoices, { signal });
}

/** Months `from` to `to`, "2026-11"; both null: the running one. */
export function getStatement(
  account: string,
  from: string | null,
  to: string | null,
  signal?: AbortSignal,
): Promise<Statement> {
  const query = new URLSearchParams({ ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) }).toString();
  return call('GET', `${of(account)}/statement${query === '' ? '' : `?${query}`}`, readStatement, { signal });
}

export function fetchStatement(account: string, from: string, to: string): Promise<NamedFile> {
  const query = new URLSearchParams({ from, to, format: 'csv' });
  return fetchFile(`${of(account)}/statement?${query}`, `statement-${from}-${to}.csv`);
}

export function listPayments(account: string, signal?: AbortSignal): Promise<Payment[]> {
  return listAll(`${of(account)}/payments`, readPayment, signal);
}

export function listAdjustments(account: string, signal?: AbortSignal): Promise<Adjustment[]> {
  return listAll(`${of(account)}/adjustments`, readAdjustment, signal);
}

export function getArrears(account: string, signal?: AbortSignal): Promise<Arrears> {
  return call('GET', `${of(account)}/arrears`, readArrears, { signal });
}

export function getPrepaid(account: string, signal?: AbortSignal): Promise<Prepaid> {
  return call('GET', `${of(account)}/prepaid`, readPrepaid, { signal });
}

/** The same `id` again books nothing; another amount under it is refused. */
export function recordPayment(account: string, payment: NewPayment, onceKey?: string): Promise<Booked> {
  const { reference, payer, ...rest } = payment;
  const body = { ...rest, ...(reference === '' ? {} : { reference }), ...(payer === '' ? {} : { payer }) };
  return call('POST', `${of(account)}/payments`, readBooked, { body, ...(onceKey === undefined ? {} : { onceKey }) });
}

/** Books a bank statement; every row is answered. */
export function importPayments(csv: string): Promise<Booked[]> {
  return call('POST', '/payments/import', (body) => readList(body, readBooked), {
    body: { csv },
    deadlineMs: longDeadlineMs,
  });
}

export function listSuspense(signal?: AbortSignal): Promise<Payment[]> {
  return listAll('/payments/suspense', readPayment, signal);
}

export function assignPayment(payment: string, account: string, reason: string): Promise<Payment> {
  const path = `/payments/${encodeURIComponent(payment)}:assign`;
  return call('POST', path, readPayment, { body: { account, reason } });
}
