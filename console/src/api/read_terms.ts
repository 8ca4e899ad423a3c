// Reads contracts, terms, caps and dry runs.
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
import { readPlan } from './read.ts';
import { type MeterName, meterNames } from './types.ts';
import type { Bundle, Cap, Contract, DryRun, HistoryEvent, PlanOverrides, Terms } from './types_terms.ts';

function amounts(from: Row | null, nameOf: (meter: MeterName) => string = (meter) => meter) {
  const found: Partial<Record<MeterName, string>> = {};
  for (const meter of meterNames) {
    const value = from === null ? null : optionalDecimal(from, nameOf(meter));
    if (value !== null) found[meter] = value;
  }
  return found;
}

function readFeatures(from: Row | null): Terms['features'] {
  return Object.entries(from ?? {}).flatMap(([name, value]) =>
    typeof value === 'boolean' || typeof value === 'string' ? [{ name, value }] : [],
  );
}

function readLimits(from: Row | null): PlanOverrides['limits'] {
  return Object.entries(from ?? {}).flatMap(([name, value]) =>
    Number.isSafeInteger(value) ? [{ name, value: String(value) }] : [],
  );
}

function readBundle(from: Row): Bundle {
  return { name: text(from, 'name'), fee: decimal(from, 'fee'), included: amounts(from) };
}

function readOverrides(from: Row): PlanOverrides {
  return {
    plan: optionalText(from, 'plan'),
    kind: optionalText(from, 'kind'),
    baseFee: optionalDecimal(from, 'base_fee'),
    dailyMessages: optionalDecimal(from, 'daily_messages'),
    quota: amounts(optionalRow(from, 'quota')),
    rates: amounts(optionalRow(from, 'rates'), (meter) => (meter === 'messages' ? 'messages_per_million' : meter)),
    features: readFeatures(optionalRow(from, 'features')),
    limits: readLimits(optionalRow(from, 'limits')),
  };
}

export function readContract(value: unknown): Contract {
  const from = row(value, 'contract');
  const volume = optionalRow(from, 'volume_discount');
  const overrides = optionalRow(from, 'overrides');
  return {
    discountPercent: optionalDecimal(from, 'discount_percent') ?? '0',
    minimumSpend: optionalDecimal(from, 'minimum_spend'),
    from: optionalText(from, 'from'),
    until: optionalText(from, 'until'),
    volume:
      volume === null
        ? null
        : {
            whole: volume.applies === 'whole',
            tiers: optionalRows(volume, 'tiers').map((tier) => ({
              from: decimal(tier, 'from'),
              percent: decimal(tier, 'percent'),
            })),
          },
    bundles: optionalRows(from, 'bundles').map(readBundle),
    overrides: overrides === null ? null : readOverrides(overrides),
  };
}

export function readTerms(value: unknown): Terms {
  const from = row(value, 'terms');
  const next = optionalRow(from, 'next_catalogue');
  const tax = row(from.tax ?? {}, 'tax');
  const plan = optionalRow(from, 'plan_in_force');
  return {
    catalogue: text(from, 'catalogue'),
    currency: text(from, 'currency'),
    plan: text(from, 'plan'),
    nextPlan: optionalText(from, 'next_plan'),
    nextCatalogue: next === null ? null : { catalogue: text(next, 'catalogue'), from: text(next, 'from') },
    contract: readContract(from.contract),
    contracts: optionalRows(from, 'contracts').map(readContract),
    inForce: plan === null ? null : readPlan(plan),
    features: readFeatures(plan === null ? null : optionalRow(plan, 'features')),
    tax: { percent: optionalDecimal(tax, 'rate_percent') ?? '0', inclusive: tax.inclusive === true },
    budget: optionalDecimal(from, 'budget'),
  };
}

export function readHistory(value: unknown): HistoryEvent {
  const from = row(value, 'event');
  return {
    id: text(from, 'id'),
    at: text(from, 'at'),
    kind: text(from, 'kind'),
    by: optionalText(from, 'by') ?? '',
    why: optionalText(from, 'why') ?? '',
  };
}

export function readCap(value: unknown): Cap {
  const from = row(value, 'cap');
  const percent = from.percent;
  return {
    id: text(from, 'id'),
    scope: text(from, 'scope'),
    project: optionalText(from, 'project'),
    prefix: optionalText(from, 'prefix'),
    units: optionalDecimal(from, 'units'),
    amount: optionalDecimal(from, 'amount'),
    usedUnits: decimal(from, 'used_units'),
    usedAmount: decimal(from, 'used_amount'),
    percent: typeof percent === 'number' ? percent : fail('percent'),
    reset: text(from, 'reset'),
  };
}

export function readDryRun(value: unknown): DryRun {
  const from = row(value, 'dry run');
  const price = row(from.price, 'price');
  const refused = optionalRow(from, 'refused_by');
  return {
    units: decimal(from, 'units'),
    receivers: decimal(from, 'receivers'),
    admitted: from.admitted === true,
    refusedBy:
      refused === null
        ? null
        : {
            name: text(refused, 'name'),
            detail: optionalText(refused, 'detail') ?? '',
            limit: optionalDecimal(refused, 'limit'),
            used: optionalDecimal(refused, 'used'),
            reset: optionalText(refused, 'reset'),
          },
    currency: text(price, 'currency'),
    list: decimal(price, 'list'),
    addsToBill: decimal(price, 'adds_to_bill'),
  };
}
