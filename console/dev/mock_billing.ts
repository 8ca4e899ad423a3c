// Answers of the development server about what looks ahead and sideways, and about proofs. Written out, not computed.
import { accounts, billOf, invoicesOf, usageOf } from './mock_data.ts';

const hash = (seed: string) =>
  [...'0123456789abcdef']
    .map((digit) => `${digit}${seed}`)
    .join('')
    .repeat(4)
    .slice(0, 64);

function line(kind: string, quantity: string, included: string, overage: string, price: string, amount: string) {
  return { kind, quantity, included, overage, unit_price: price, amount };
}

export function whatIfOf(id: string, month: string | null, catalogue: string | null) {
  const account = accounts[id];
  const bill = billOf(id);
  const hard = {
    plan: 'free',
    catalogue: 'cn26',
    currency: 'CNY',
    lines: [{ kind: 'base', amount: '0.00' }],
    total: '0.00',
    current: false,
    possible: false,
    difference: '-448.71',
    passed: [
      { meter: 'pcu', used: '612', quota: '100' },
      { meter: 'messages', used: '32114208', quota: '3000000' },
      { meter: 'storage_gb', used: '2.13', quota: '1' },
    ],
  };
  const own = { ...bill, current: true, possible: true, difference: '0.00' };
  const flagship = {
    plan: 'flagship',
    catalogue: 'cn26',
    currency: 'CNY',
    lines: [
      { kind: 'base', amount: '0.00' },
      line('pcu', '612', '0', '612', '0.2', '122.40'),
      line('messages', '32114208', '0', '32114208', '0.00002', '642.28'),
    ],
    total: '764.68',
    current: false,
    possible: true,
    difference: '315.97',
  };
  const premium = {
    plan: 'premium',
    catalogue: 'cn26',
    currency: 'CNY',
    lines: [{ kind: 'base', amount: '1499.00' }, line('pcu', '612', '2500', '0', '0.2', '0.00')],
    total: '1499.00',
    current: false,
    possible: true,
    difference: '1050.29',
  };
  const other = { ...flagship, plan: 'startup', catalogue: 'gl25', currency: 'USD', total: '99.00', difference: null };
  const rows = account?.plan === 'flagship' ? [premium, own] : [own, flagship, premium];
  return {
    account: id,
    month: month ?? '2026-11',
    running: month === null,
    plan: bill.plan,
    catalogue: 'cn26',
    currency: 'CNY',
    total: bill.total,
    invoices: [...rows, ...(catalogue === null ? [other] : []), ...(account?.plan === 'free' ? [] : [hard])],
    left_out: catalogue === null ? ['gl17'] : [],
  };
}

export function forecastOf(id: string) {
  const account = accounts[id];
  const usage = usageOf(id);
  const { pcu, messages, storage_gb } = usage.meters;
  const meter = (used: string, quota: string | null, expected: string, high: string, crosses: string | null) => ({
    used,
    expected,
    low: used,
    high,
    quota,
    reached: quota !== null && Number(used) >= Number(quota),
    crosses_at: crosses,
  });
  const busy = id === 'busy';
  return {
    account: id,
    month: '2026-11',
    as_of: usage.as_of,
    covered_minutes: '40320',
    firm: id !== 'empty',
    meters: {
      pcu: meter(pcu.used, pcu.quota, pcu.used, busy ? '488' : pcu.used, null),
      messages: busy
        ? meter(messages.used, messages.quota, '33120400', '36902118', '2026-11-27T13:00:00Z')
        : meter(messages.used, messages.quota, messages.used, messages.used, null),
      storage_gb: meter(storage_gb.used, storage_gb.quota, storage_gb.used, storage_gb.used, null),
    },
    bill: busy ? { ...billOf(id), total: '461.41' } : billOf(id),
    low: busy ? '399.00' : billOf(id).total,
    high: busy ? '537.04' : billOf(id).total,
    budget: busy ? { amount: '450.00', reached: false, crosses_at: '2026-11-29T20:00:00Z' } : null,
    plan: account?.plan,
  };
}

const down = [
  { start: '2026-11-22T18:00:00Z', end: '2026-11-22T19:12:00Z', minutes: '72', cause: 'not_running' },
  { start: '2026-11-24T02:10:00Z', end: '2026-11-24T02:13:00Z', minutes: '3', cause: 'probe' },
];

export function slaOf(id: string) {
  const account = accounts[id];
  return {
    account: id,
    month: '2026-11',
    start: usageOf(id).start,
    end: usageOf(id).end,
    zone: 'Asia/Shanghai',
    plan: account?.plan,
    promised: account?.plan !== 'free',
    target_percent: '99.95',
    measured: true,
    minutes: '43200',
    down_minutes: account?.gap ? '75' : '0',
    uptime_percent: account?.gap ? '99.826389' : '100',
    uptime_so_far_percent: account?.gap ? '99.786932' : '100',
    allowed_minutes: '21.6',
    allowed_minutes_left: account?.gap ? '0' : '21.6',
    credit_percent: account?.gap ? '10' : '0',
    down_ranges: account?.gap ? down : [],
  };
}

/** What a real invoice says beyond its lines. */
export function invoiceFacts(id: string) {
  const over = id === 'over';
  return {
    zone: 'Asia/Shanghai',
    sha256: hash('a'),
    catalogue_sha256: hash('c'),
    terms: { discount_percent: '10', tax_percent: '6' },
    usage: { projects: [{ id: '10', name: 'chat-ios' }] },
    evidence: [
      {
        project: '10',
        at: '2026-10-18T20:14:03.120+08:00',
        connections: over ? '612' : '312',
        listed: Array.from({ length: 24 }, (_, n) => ({
          user: n % 5 === 0 ? `主播-${n}` : `viewer-${1000 + n * 7}`,
          opened_at: `2026-10-18T20:${String(10 + (n % 4)).padStart(2, '0')}:${String((n * 13) % 60).padStart(2, '0')}.000+08:00`,
        })),
      },
    ],
    ...(over
      ? {
          sla: {
            minutes: '44640',
            down: '75',
            uptime_percent: '99.831989',
            target_percent: '99.95',
            credit_percent: '10',
            down_ranges: down,
          },
        }
      : {}),
  };
}

export function proofOf(id: string, number: string) {
  const invoice = invoicesOf(id).find((each) => each.number === number);
  if (!invoice) return null;
  return {
    number,
    holds: true,
    finding: null,
    key_sha256: hash('k'),
    document_sha256: hash('a'),
    catalogue_sha256: hash('c'),
    bundle_sha256: hash('b'),
    hours: '744',
    records: '2231',
    covered_minutes: '44565',
    due_minutes: '44640',
    currency: 'CNY',
    lines: invoice.lines,
    total: invoice.total,
    export: `/v1/accounts/${id}/export?month=${invoice.month}`,
  };
}
