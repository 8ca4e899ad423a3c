// Reads answers of the API into the types of the pages. A missing or wrong member that a page cannot do without is an
// ApiError "malformed", so that a page shows a clear state instead of "undefined".
import { decimal, fail, optionalDecimal, optionalRow, optionalText, type Row, row, text } from './fields.ts';
import { readInvoiceFacts, readLine } from './read_invoice.ts';
import type {
  Account,
  Gap,
  Invoice,
  Meter,
  MeterName,
  Plan,
  PlanChange,
  PlanTable,
  Project,
  RtmToken,
  SessionInfo,
  Usage,
  UsagePoint,
} from './types.ts';
import { meterNames } from './types.ts';

/** Items of a list answer: `{items:[...]}` or the array itself. */
export function readList<T>(value: unknown, item: (value: unknown) => T): T[] {
  const list = Array.isArray(value) ? value : row(value, 'list').items;
  return Array.isArray(list) ? list.map(item) : fail('items');
}

/** One page of a long list, and the cursor of the next page if there is one. */
export function readPage<T>(value: unknown, item: (value: unknown) => T): { items: T[]; next: string | null } {
  const next = Array.isArray(value) ? null : optionalDecimal(row(value, 'list'), 'next');
  return { items: readList(value, item), next };
}

export function readSession(value: unknown): SessionInfo {
  const from = row(value, 'session');
  const person = row(from.person, 'person');
  const accounts = Array.isArray(from.accounts) ? from.accounts : [];
  return {
    token: text(from, 'token'),
    expiresAt: text(from, 'expires_at'),
    person: {
      id: String(person.id ?? ''),
      email: optionalText(person, 'email') ?? '',
      name: optionalText(person, 'name') ?? optionalText(person, 'email') ?? '',
      realm: person.realm === 'operators' ? 'operators' : 'customer',
      role: optionalText(person, 'role'),
    },
    accounts: accounts.map((entry) => {
      const account = row(entry, 'account');
      const id = String(account.id ?? fail('id'));
      return { id, name: optionalText(account, 'name') ?? id, role: optionalText(account, 'role') ?? 'viewer' };
    }),
  };
}

export function readProject(value: unknown): Project {
  const from = row(value, 'project');
  const id = String(from.id ?? fail('id'));
  return { id, name: optionalText(from, 'name') ?? id, appId: text(from, 'app_id'), disabled: from.disabled === true };
}

export function readToken(value: unknown): RtmToken {
  const from = row(value, 'token');
  return { token: text(from, 'token'), expiresAt: optionalText(from, 'expires_at') ?? '' };
}

function readMeter(value: unknown): Meter {
  const from = row(value, 'meter');
  return { used: decimal(from, 'used'), quota: optionalDecimal(from, 'quota'), open: optionalDecimal(from, 'open') };
}

function readMeters(value: unknown): Record<MeterName, Meter> {
  const from = row(value, 'meters');
  return { pcu: readMeter(from.pcu), messages: readMeter(from.messages), storage_gb: readMeter(from.storage_gb) };
}

/** One quantity per meter; a meter that is a whole meter object counts with its `used`. */
function readAmounts(value: unknown): Record<MeterName, string> {
  const from = row(value, 'amounts');
  const one = (name: MeterName): string => {
    const found = from[name];
    return typeof found === 'object' && found !== null ? decimal(found as Row, 'used') : decimal(from, name);
  };
  return { pcu: one('pcu'), messages: one('messages'), storage_gb: one('storage_gb') };
}

function readGaps(value: unknown): Gap[] {
  if (!Array.isArray(value)) return [];
  return value.map((entry) => {
    const from = row(entry, 'gap');
    return { start: text(from, 'start'), end: text(from, 'end') };
  });
}

export function readUsage(value: unknown): Usage {
  const from = row(value, 'usage');
  const projects = row(from.projects ?? {}, 'projects');
  return {
    month: text(from, 'month'),
    start: text(from, 'start'),
    end: text(from, 'end'),
    asOf: text(from, 'as_of'),
    zone: text(from, 'zone'),
    catalogue: text(from, 'catalogue'),
    currency: text(from, 'currency'),
    plan: text(from, 'plan'),
    hard: from.hard === true,
    payAsYouGo: from.pay_as_you_go === true,
    meters: readMeters(from.meters),
    projects: Object.entries(projects).map(([name, amounts]) => ({
      id: optionalDecimal(row(amounts, 'project'), 'id') ?? '',
      name,
      used: readAmounts(amounts),
    })),
    gaps: readGaps(from.gaps),
    nextPlan: optionalText(from, 'next_plan'),
  };
}

export function readPoints(value: unknown): UsagePoint[] {
  const points = row(value, 'usage').points;
  if (!Array.isArray(points)) return fail('points');
  return points.map((entry) => {
    const from = row(entry, 'point');
    return { start: text(from, 'start'), used: readAmounts(from), covered: from.covered !== false };
  });
}

export function readInvoice(value: unknown): Invoice {
  const from = row(value, 'invoice');
  const lines = Array.isArray(from.lines) ? from.lines : fail('lines');
  return {
    number: optionalText(from, 'number'),
    month: text(from, 'month'),
    plan: text(from, 'plan'),
    catalogue: text(from, 'catalogue'),
    currency: text(from, 'currency'),
    state: optionalText(from, 'state') ?? 'issued',
    asOf: optionalText(from, 'as_of'),
    issuedAt: optionalText(from, 'issued_at'),
    lines: lines.map(readLine),
    total: decimal(from, 'total'),
    ...readInvoiceFacts(from),
  };
}

function readTitle(value: unknown): Record<string, string> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter(([, title]) => typeof title === 'string' && title !== ''));
}

export function readPlan(value: unknown): Plan {
  const from = row(value, 'plan');
  const rates = row(from.rates, 'rates');
  const quota = from.quota == null ? null : readAmounts(from.quota);
  return {
    name: text(from, 'name'),
    title: readTitle(from.title),
    hard: from.hard === true,
    payAsYouGo: from.pay_as_you_go === true || quota === null,
    baseFee: decimal(from, 'base_fee'),
    minimumSpend: optionalDecimal(from, 'minimum_spend') ?? '0',
    quota: from.pay_as_you_go === true ? null : quota,
    rates: readAmounts(rates),
  };
}

export function readPlans(value: unknown): PlanTable {
  const from = row(value, 'plans');
  const plans = Array.isArray(from.plans) ? from.plans : fail('plans');
  return { catalogue: text(from, 'catalogue'), currency: text(from, 'currency'), plans: plans.map(readPlan) };
}

export function readPlanChange(value: unknown): PlanChange {
  const from = row(value, 'plan change');
  return {
    from: text(from, 'from'),
    to: text(from, 'to'),
    kind: text(from, 'kind'),
    effectiveAt: optionalText(from, 'effective_at'),
    priceNow: optionalDecimal(from, 'price_now'),
    before: from.bill_before == null ? null : readInvoice(from.bill_before),
    after: from.bill_after == null ? null : readInvoice(from.bill_after),
  };
}

export function readAccount(value: unknown): Account {
  const from = row(value, 'account');
  const id = String(from.id ?? fail('id'));
  const bill = from.bill == null ? null : row(from.bill, 'bill');
  const next = optionalRow(from, 'next_catalogue');
  const complete =
    typeof from.meters === 'object' && from.meters !== null && meterNames.every((m) => m in (from.meters as Row));
  return {
    id,
    name: optionalText(from, 'name') ?? id,
    email: optionalText(from, 'email') ?? '',
    catalogue: optionalText(from, 'catalogue') ?? '',
    plan: optionalText(from, 'plan') ?? '',
    hard: typeof from.hard === 'boolean' ? from.hard : from.plan === 'free',
    suspended: from.suspended === true,
    suspendedFor: optionalText(from, 'suspended_for'),
    nextCatalogue: next === null ? null : { catalogue: text(next, 'catalogue'), from: text(next, 'from') },
    meters: complete ? readMeters(from.meters) : null,
    bill: bill ? { currency: text(bill, 'currency'), total: decimal(bill, 'total') } : null,
  };
}
