// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeSession, openSession } from '../session/store.ts';
import { getStatement, importPayments, recordPayment } from './calls_money.ts';
import { makeCap, setBudget } from './calls_terms.ts';
import { ApiError } from './errors.ts';
import { readOpenInvoices } from './read_money.ts';

const person = { id: 'p1', email: 'a@example.com', name: 'Ann', realm: 'customer' as const, role: null };
const statement = { currency: 'CNY', zone: 'UTC', balance: '-1.00', months: [] };

function serve(body: unknown) {
  const spy = vi.fn((_url: string, _init: RequestInit) => Promise.resolve(new Response(JSON.stringify(body))));
  vi.stubGlobal('fetch', spy);
  return spy;
}
const sent = (spy: ReturnType<typeof serve>) => JSON.parse(String(spy.mock.calls[0]?.[1].body));

beforeEach(() => openSession({ token: 't', expiresAt: '2026-11-23T20:00:00Z', person, accounts: [] }));
afterEach(() => {
  closeSession();
  vi.unstubAllGlobals();
});

describe('calls about money', () => {
  it('name only the months that are asked for', async () => {
    const spy = serve(statement);
    await getStatement('1', null, null);
    await getStatement('1', '2026-01', '2026-03');
    expect(spy.mock.calls.map(([url]) => url)).toEqual([
      '/v1/accounts/1/statement',
      '/v1/accounts/1/statement?from=2026-01&to=2026-03',
    ]);
  });

  it('send what was filled in, as text', async () => {
    const booked = { line: 0, result: 'booked', payment: '1', account: '1', problem: null };
    const payment = { id: 'B1', date: '2026-02-03', amount: '9007199254740993.01', currency: 'CNY' };
    const spy = serve(booked);
    await recordPayment('1', { ...payment, reference: '', payer: 'Acme' });
    expect(sent(spy)).toEqual({ ...payment, payer: 'Acme' });
    expect(await importPayments('id\n').catch((error) => error.kind)).toBe('malformed');
  });

  it('remove a budget with null and keep limits that are not given out of a cap', async () => {
    const terms = { catalogue: 'cn26', currency: 'CNY', plan: 'basic', contract: {}, budget: null };
    const budget = serve(terms);
    await setBudget('1', null);
    expect(sent(budget)).toEqual({ amount: null });
    const cap = { id: '1', scope: 'account', used_units: '0', used_amount: '0', percent: 0, reset: 'x' };
    const made = serve(cap);
    await makeCap('1', { scope: 'account', project: null, prefix: null, units: '5', amount: null });
    expect(sent(made)).toEqual({ scope: 'account', units: '5', amount: null });
  });
});

describe('open invoices', () => {
  it('keep amounts as they came, and are malformed when one is missing', () => {
    const row = {
      number: 'PO-1',
      month: '2026-01',
      total: '3.00',
      paid: '0.00',
      open: '3.00',
      issued_at: 'x',
      days: 3,
    };
    const ageing = [{ from_days: 91, to_days: null, open: '9007199254740993.01' }];
    const read = readOpenInvoices({ currency: 'CNY', open: '3.00', ageing, items: [row] });
    expect(read.ageing[0]).toEqual({ from: 91, to: null, open: '9007199254740993.01' });
    expect(read.items[0]?.deductionAt).toBeNull();
    expect(() => readOpenInvoices({ currency: 'CNY', open: '3.00', items: [{ ...row, open: null }] })).toThrow(
      ApiError,
    );
  });
});
