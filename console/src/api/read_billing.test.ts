import { describe, expect, it } from 'vitest';
import { ApiError } from './errors.ts';
import { readInvoice } from './read.ts';
import { readPeak, readProof } from './read_invoice.ts';
import { readForecast, readSla, readWhatIf } from './read_outlook.ts';

const head = { month: '2026-10', plan: 'basic', catalogue: 'cn26', currency: 'CNY', lines: [], total: '0.00' };

describe('an invoice', () => {
  it('of a server that says nothing more has no facts, and is still an invoice', () => {
    const { zone, evidence, uptime, percents, creditNotes } = readInvoice(head);
    expect([zone, evidence, uptime, creditNotes]).toEqual([null, [], null, []]);
    expect(percents).toEqual({ discount: null, sla_credit: null, tax: null });
  });

  it('names the projects of its evidence and keeps big numbers as text', () => {
    const found = readInvoice({
      ...head,
      usage: { projects: [{ id: '10', name: 'chat' }] },
      evidence: [
        {
          project: '10',
          at: '2026-10-18T20:14:03.120+08:00',
          connections: '9007199254740993',
          listed: [{ user: 'u', opened_at: '2026-10-18T20:00:00+08:00' }],
        },
        { project: '11', at: '2026-10-18T20:14:03.120+08:00', connections: '1', listed: [] },
      ],
    });
    expect(found.evidence.map(({ name, connections }) => [name, connections])).toEqual([
      ['chat', '9007199254740993'],
      ['11', '1'],
    ]);
    expect(found.evidence[0]?.listed).toEqual([{ user: 'u', openedAt: '2026-10-18T20:00:00+08:00' }]);
  });

  it('shows percents that are decimals, not fractions', () => {
    const { percents } = readInvoice({ ...head, terms: { discount_percent: '15', tax_percent: '25/3' } });
    expect(percents).toEqual({ discount: '15', sla_credit: null, tax: null });
  });

  it('with half an SLA is malformed', () => {
    expect(() => readInvoice({ ...head, sla: { minutes: '44640' } })).toThrow(ApiError);
  });
});

describe('a proof', () => {
  it('without its verdict is malformed', () => {
    const rest = { number: 'n', key_sha256: 'k', document_sha256: 'd', catalogue_sha256: 'c' };
    expect(() => readProof(rest)).toThrow(ApiError);
    expect(readProof({ ...rest, holds: false, finding: 'line 7' })).toMatchObject({ holds: false, finding: 'line 7' });
  });
});

describe('the evidence of a peak', () => {
  it('is read from the journal as from an invoice', () => {
    const from = { project: '10', peak: '3', at: '2026-10-18T12:14:03Z', connections: [{ user: 'u', opened_at: 'x' }] };
    expect(readPeak(from, 'chat')).toEqual({
      project: '10',
      name: 'chat',
      at: '2026-10-18T12:14:03Z',
      connections: '3',
      listed: [{ user: 'u', openedAt: 'x' }],
    });
  });
});

describe('what looks ahead and sideways', () => {
  it('a plan is possible unless it is said not to be', () => {
    const rated = readWhatIf({
      ...head,
      running: true,
      invoices: [
        { ...head, current: true, possible: true, difference: '0.00' },
        { ...head, possible: false, difference: null, passed: [{ meter: 'pcu', used: '612', quota: '100' }] },
      ],
      left_out: ['gl17'],
    });
    expect(rated.plans.map(({ current, possible, difference }) => [current, possible, difference])).toEqual([
      [true, true, '0.00'],
      [false, false, null],
    ]);
    expect(rated.plans[1]?.passed).toEqual([{ meter: 'pcu', used: '612', quota: '100' }]);
    expect(rated.leftOut).toEqual(['gl17']);
  });

  it('a forecast has all three meters or is malformed', () => {
    const meter = { used: '1', expected: '2', low: '1', high: '3', quota: null, reached: false, crosses_at: null };
    const from = { month: '2026-11', as_of: 'x', firm: false, bill: head, low: '0', high: '1', budget: null };
    const meters = { pcu: meter, messages: { ...meter, quota: '9', crosses_at: 'y' }, storage_gb: meter };
    expect(readForecast({ ...from, meters }).meters.map(({ quota, crossesAt }) => [quota, crossesAt])).toEqual([
      [null, null],
      ['9', 'y'],
      [null, null],
    ]);
    expect(() => readForecast({ ...from, meters: { pcu: meter } })).toThrow(ApiError);
  });

  it('a server that does not measure uptime says so', () => {
    expect(readSla({ month: '2026-11', promised: true, target_percent: '99.95', measured: false }).measured).toBeNull();
  });
});
