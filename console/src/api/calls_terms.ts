// Calls about what is agreed and what a customer limits itself to.
import { listAll } from './calls.ts';
import { call } from './client.ts';
import { readList } from './read.ts';
import { readCap, readDryRun, readHistory, readTerms } from './read_terms.ts';
import type { Cap, CapLimits, DryRun, HistoryEvent, NewCap, Terms } from './types_terms.ts';

const of = (account: string) => `/accounts/${encodeURIComponent(account)}`;
const nothing = (): void => undefined;

export function getTerms(account: string, signal?: AbortSignal): Promise<Terms> {
  return call('GET', `${of(account)}/terms`, readTerms, { signal });
}

export function listHistory(account: string, signal?: AbortSignal): Promise<HistoryEvent[]> {
  return listAll(`${of(account)}/history`, readHistory, signal);
}

/** Null removes the budget. */
export function setBudget(account: string, amount: string | null): Promise<Terms> {
  return call('PUT', `${of(account)}/budget`, readTerms, { body: { amount } });
}

export function listCaps(account: string, signal?: AbortSignal): Promise<Cap[]> {
  return call('GET', `${of(account)}/caps`, (body) => readList(body, readCap), { signal });
}

export function makeCap(account: string, cap: NewCap): Promise<Cap> {
  const { scope, project, prefix, units, amount } = cap;
  const where = { ...(project === null ? {} : { project }), ...(prefix === null ? {} : { prefix }) };
  return call('POST', `${of(account)}/caps`, readCap, { body: { scope, ...where, units, amount } });
}

/** Both limits anew; what the cap has counted stays. */
export function changeCap(account: string, cap: string, limits: CapLimits): Promise<Cap> {
  return call('PUT', `${of(account)}/caps/${encodeURIComponent(cap)}`, readCap, {
    body: { units: limits.units, amount: limits.amount },
  });
}

export function removeCap(account: string, cap: string): Promise<void> {
  return call('DELETE', `${of(account)}/caps/${encodeURIComponent(cap)}`, nothing);
}

/** Nothing is sent and nothing is counted. */
export function dryRun(project: string, channel: string, payload: string): Promise<DryRun> {
  const path = `/projects/${encodeURIComponent(project)}/channels/${encodeURIComponent(channel)}/messages`;
  return call('POST', path, readDryRun, { body: { payload, dry_run: true } });
}
