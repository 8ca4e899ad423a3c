// Support requests: what they are, how they are read, and the calls about them.
import { listAll } from './calls.ts';
import { call } from './client.ts';
import { optionalRows, optionalText, row, text } from './fields.ts';

export const severities = ['low', 'normal', 'high', 'urgent'] as const;
export const channels = ['email', 'wecom', 'phone', 'slack'] as const;

export interface SupportRequest {
  id: string;
  account: string;
  accountName: string;
  project: string | null;
  subject: string;
  severity: string;
  channel: string;
  state: string;
  openedBy: string;
  openedAt: string;
  serviceHours: string;
  responseTime: string;
  /** Null: best effort, or nothing is owed now. */
  dueAt: string | null;
  answeredAt: string | null;
  missed: boolean;
}

export interface SupportStory extends SupportRequest {
  entries: { number: string; at: string; kind: string; by: string; text: string }[];
}

export interface NewSupportRequest {
  subject: string;
  text: string;
  severity: string;
  channel: string;
  project: string | null;
}

export function readRequest(value: unknown): SupportRequest {
  const from = row(value, 'support request');
  return {
    id: text(from, 'id'),
    account: text(from, 'account'),
    accountName: optionalText(from, 'account_name') ?? text(from, 'account'),
    project: optionalText(from, 'project'),
    subject: text(from, 'subject'),
    severity: text(from, 'severity'),
    channel: text(from, 'channel'),
    state: text(from, 'state'),
    openedBy: text(from, 'opened_by'),
    openedAt: text(from, 'opened_at'),
    serviceHours: text(from, 'service_hours'),
    responseTime: text(from, 'response_time'),
    dueAt: optionalText(from, 'due_at'),
    answeredAt: optionalText(from, 'answered_at'),
    missed: from.missed === true,
  };
}

export function readStory(value: unknown): SupportStory {
  const from = row(value, 'support request');
  return {
    ...readRequest(value),
    entries: optionalRows(from, 'entries').map((entry) => ({
      number: text(entry, 'number'),
      at: text(entry, 'at'),
      kind: text(entry, 'kind'),
      by: text(entry, 'by'),
      text: text(entry, 'text'),
    })),
  };
}

const of = (account: string) => `/accounts/${encodeURIComponent(account)}/support-requests`;
const one = (account: string, request: string) => `${of(account)}/${encodeURIComponent(request)}`;

export function listRequests(account: string, signal?: AbortSignal): Promise<SupportRequest[]> {
  return listAll(of(account), readRequest, signal);
}

/** Of all accounts; operators who answer them. */
export function listAllRequests(signal?: AbortSignal): Promise<SupportRequest[]> {
  return listAll('/support-requests', readRequest, signal);
}

export function getRequest(account: string, request: string, signal?: AbortSignal): Promise<SupportStory> {
  return call('GET', one(account, request), readStory, { signal });
}

export function openRequest(account: string, wanted: NewSupportRequest): Promise<SupportRequest> {
  const { project, ...rest } = wanted;
  return call('POST', of(account), readRequest, { body: { ...rest, ...(project === null ? {} : { project }) } });
}

export function addComment(account: string, request: string, words: string): Promise<SupportRequest> {
  return call('POST', `${one(account, request)}/comments`, readRequest, { body: { text: words } });
}

export function closeRequest(account: string, request: string): Promise<SupportRequest> {
  return call('POST', `${one(account, request)}:close`, readRequest);
}
