// Every call of the console, one function each. Paths and shapes: docs/design.md, section REST.
import { call, fetchFile, longDeadlineMs, type NamedFile } from './client.ts';
import {
  readAccount,
  readInvoice,
  readPage,
  readPlanChange,
  readPlans,
  readPoints,
  readProject,
  readSession,
  readToken,
  readUsage,
} from './read.ts';
import { readPeak, readProof } from './read_invoice.ts';
import { readForecast, readSla, readWhatIf } from './read_outlook.ts';
import type {
  Account,
  Forecast,
  Invoice,
  InvoiceProof,
  Peak,
  PlanChange,
  PlanTable,
  Project,
  RtmToken,
  SessionInfo,
  Sla,
  Usage,
  UsagePoint,
  WhatIf,
} from './types.ts';

const id = encodeURIComponent;
const nothing = (): void => undefined;
/** More pages than any list of the product has; a server that never ends its list does not hang the page. */
const pagesMost = 100;

/** A whole list, page by page. `path` may have a query already. */
export async function listAll<T>(path: string, item: (value: unknown) => T, signal?: AbortSignal): Promise<T[]> {
  const all: T[] = [];
  let next: string | null = null;
  for (let page = 0; page < pagesMost; page += 1) {
    const cursor: string = next === null ? '' : `&cursor=${encodeURIComponent(next)}`;
    const address = `${path}${path.includes('?') ? '&' : '?'}limit=200${cursor}`;
    const answer = await call('GET', address, (body) => readPage(body, item), { signal });
    all.push(...answer.items);
    next = answer.next;
    if (next === null) break;
  }
  return all;
}

export function logIn(email: string, password: string): Promise<SessionInfo> {
  return call('POST', '/session', readSession, { body: { email, password }, session: false });
}

export function logOut(): Promise<void> {
  return call('DELETE', '/session', nothing);
}

export function listAccounts(signal?: AbortSignal): Promise<Account[]> {
  return listAll('/accounts?usage=1', readAccount, signal);
}

export function getAccount(account: string, signal?: AbortSignal): Promise<Account> {
  return call('GET', `/accounts/${id(account)}`, readAccount, { signal });
}

export function listProjects(account: string, signal?: AbortSignal): Promise<Project[]> {
  return listAll(`/accounts/${id(account)}/projects`, readProject, signal);
}

export function makeToken(project: string, userId: string, expireSeconds: number): Promise<RtmToken> {
  return call('POST', `/projects/${id(project)}/tokens`, readToken, {
    body: { user_id: userId, expire_seconds: expireSeconds },
  });
}

export function getUsage(account: string, signal?: AbortSignal): Promise<Usage> {
  return call('GET', `/accounts/${id(account)}/usage/current`, readUsage, { signal });
}

export type Step = 'hour' | 'day';

/** Of one project, or of the whole account. */
export function getPoints(
  account: string,
  from: string,
  to: string,
  step: Step,
  project: string | null,
  signal?: AbortSignal,
): Promise<UsagePoint[]> {
  const query = new URLSearchParams({ from, to, step, ...(project === null ? {} : { project }) });
  return call('GET', `/accounts/${id(account)}/usage?${query}`, readPoints, { signal });
}

export function getBill(account: string, signal?: AbortSignal): Promise<Invoice> {
  return call('GET', `/accounts/${id(account)}/bill`, readInvoice, { signal });
}

export function listInvoices(account: string, signal?: AbortSignal): Promise<Invoice[]> {
  return listAll(`/accounts/${id(account)}/invoices`, readInvoice, signal);
}

export function getInvoice(account: string, number: string, signal?: AbortSignal): Promise<Invoice> {
  return call('GET', `/accounts/${id(account)}/invoices/${id(number)}`, readInvoice, { signal });
}

/** Recomputes the invoice from the meter's signed records: the server may take its time. */
export function getProof(account: string, number: string, signal?: AbortSignal): Promise<InvoiceProof> {
  const path = `/accounts/${id(account)}/invoices/${id(number)}/proof`;
  return call('GET', path, readProof, { signal, deadlineMs: longDeadlineMs });
}

/** Evidence of a project's peak in a month, as the meter's journal keeps it. */
export function getPeak(project: string, name: string, month: string, signal?: AbortSignal): Promise<Peak> {
  const path = `/projects/${id(project)}/peak?${new URLSearchParams({ month })}`;
  return call('GET', path, (body) => readPeak(body, name), { signal });
}

/** The invoice as a file; JSON is the stored document byte for byte as its SHA-256 was taken. */
export function fetchInvoice(
  account: string,
  number: string,
  format: 'pdf' | 'xlsx' | 'csv' | 'json',
): Promise<NamedFile> {
  const path = `/accounts/${id(account)}/invoices/${id(number)}`;
  return fetchFile(format === 'json' ? `${path}/document` : `${path}?format=${format}`, `${number}.${format}`);
}

export const bundleName = (account: string, month: string) => `account-${account}-${month}.bundle`;

/** The month as a signed bundle for `postage verify`. */
export function fetchBundle(account: string, month: string): Promise<NamedFile> {
  const path = `/accounts/${id(account)}/export?${new URLSearchParams({ month })}`;
  return fetchFile(path, bundleName(account, month));
}

/** The month's usage on every plan of `catalogue`, or of all catalogues; `month` null is the running one. */
export function getWhatIf(
  account: string,
  month: string | null,
  catalogue: string | null,
  signal?: AbortSignal,
): Promise<WhatIf> {
  const query = new URLSearchParams({
    ...(month === null ? {} : { month }),
    ...(catalogue === null ? {} : { catalogue }),
  });
  return call('GET', `/accounts/${id(account)}/what-if?${query}`, readWhatIf, { signal });
}

export function getForecast(account: string, signal?: AbortSignal): Promise<Forecast> {
  return call('GET', `/accounts/${id(account)}/forecast`, readForecast, { signal });
}

export function getSla(account: string, signal?: AbortSignal): Promise<Sla> {
  return call('GET', `/accounts/${id(account)}/sla`, readSla, { signal });
}

export function getPlans(catalogue: string, signal?: AbortSignal): Promise<PlanTable> {
  return call('GET', `/catalogues/${id(catalogue)}/plans`, readPlans, { signal });
}

/** With `dryRun` nothing changes: the answer says what would, when, and at what price. */
export function changePlan(account: string, plan: string, dryRun: boolean, signal?: AbortSignal): Promise<PlanChange> {
  return call('PUT', `/accounts/${id(account)}/plan`, readPlanChange, { body: { plan, dry_run: dryRun }, signal });
}
