// Reads what looks ahead and sideways: a month on every plan, the month's end, the month's uptime.
import { decimal, optionalDecimal, optionalRow, optionalRows, optionalText, type Row, row, text } from './fields.ts';
import { readDownRange, readLine } from './read_invoice.ts';
import type { Forecast, MeterForecast, RatedPlan, Sla, WhatIf } from './types.ts';
import { meterNames } from './types.ts';

function readRated(from: Row): RatedPlan {
  return {
    plan: text(from, 'plan'),
    catalogue: text(from, 'catalogue'),
    currency: text(from, 'currency'),
    lines: optionalRows(from, 'lines').map(readLine),
    total: decimal(from, 'total'),
    current: from.current === true,
    possible: from.possible !== false,
    difference: optionalDecimal(from, 'difference'),
    passed: optionalRows(from, 'passed').map((quota) => ({
      meter: text(quota, 'meter'),
      used: decimal(quota, 'used'),
      quota: decimal(quota, 'quota'),
    })),
  };
}

export function readWhatIf(value: unknown): WhatIf {
  const from = row(value, 'what-if');
  const leftOut = Array.isArray(from.left_out) ? from.left_out : [];
  return {
    month: text(from, 'month'),
    running: from.running === true,
    plan: text(from, 'plan'),
    catalogue: text(from, 'catalogue'),
    currency: text(from, 'currency'),
    total: decimal(from, 'total'),
    plans: optionalRows(from, 'invoices').map(readRated),
    leftOut: leftOut.filter((name): name is string => typeof name === 'string'),
  };
}

function readMeterForecast(meter: MeterForecast['meter'], from: Row): MeterForecast {
  return {
    meter,
    used: decimal(from, 'used'),
    expected: decimal(from, 'expected'),
    low: decimal(from, 'low'),
    high: decimal(from, 'high'),
    quota: optionalDecimal(from, 'quota'),
    reached: from.reached === true,
    crossesAt: optionalText(from, 'crosses_at'),
  };
}

export function readForecast(value: unknown): Forecast {
  const from = row(value, 'forecast');
  const meters = row(from.meters, 'meters');
  const budget = optionalRow(from, 'budget');
  return {
    month: text(from, 'month'),
    asOf: text(from, 'as_of'),
    firm: from.firm === true,
    meters: meterNames.map((meter) => readMeterForecast(meter, row(meters[meter], meter))),
    bill: readRated(row(from.bill, 'bill')),
    low: decimal(from, 'low'),
    high: decimal(from, 'high'),
    budget:
      budget === null
        ? null
        : {
            amount: decimal(budget, 'amount'),
            reached: budget.reached === true,
            crossesAt: optionalText(budget, 'crosses_at'),
          },
  };
}

export function readSla(value: unknown): Sla {
  const from = row(value, 'sla');
  const measured = from.measured === true;
  return {
    month: text(from, 'month'),
    promised: from.promised === true,
    target: decimal(from, 'target_percent'),
    measured: measured
      ? {
          soFar: decimal(from, 'uptime_so_far_percent'),
          down: decimal(from, 'down_minutes'),
          left: decimal(from, 'allowed_minutes_left'),
          credit: decimal(from, 'credit_percent'),
          ranges: optionalRows(from, 'down_ranges').map(readDownRange),
        }
      : null,
  };
}
