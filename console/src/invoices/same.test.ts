import { describe, expect, it } from 'vitest';
import { readInvoice } from '../api/read.ts';
import { readProof } from '../api/read_invoice.ts';
import { sameToTheDigit } from './same.ts';

const lines = [
  { kind: 'base', amount: '399.00' },
  { kind: 'pcu', quantity: '501', included: '500', overage: '1', unit_price: '0.2', amount: '0.20' },
];
const invoice = (change: object = {}) =>
  readInvoice({
    month: '2026-10',
    plan: 'basic',
    catalogue: 'cn26',
    currency: 'CNY',
    lines,
    total: '399.20',
    sha256: 'aa',
    ...change,
  });
const proof = (change: object = {}) =>
  readProof({
    number: 'PO-2026-000001',
    holds: true,
    finding: null,
    key_sha256: 'kk',
    document_sha256: 'aa',
    catalogue_sha256: 'cc',
    lines,
    total: '399.20',
    ...change,
  });

describe('a recomputed bill', () => {
  it('is the same when every text is', () => {
    expect(sameToTheDigit(invoice(), proof())).toBe(true);
    expect(sameToTheDigit(invoice({ sha256: undefined }), proof())).toBe(true);
  });

  it.each([
    ['the total', { total: '399.21' }],
    ['a digit after the point', { total: '399.2' }],
    ['a missing total', { total: undefined }],
    ['a line less', { lines: lines.slice(0, 1) }],
    ['a quantity', { lines: [lines[0], { ...lines[1], quantity: '502' }] }],
    ['the order of lines', { lines: [...lines].reverse() }],
    ['another document', { document_sha256: 'ab' }],
  ])('is not the same when it differs in %s', (_what, change) => {
    expect(sameToTheDigit(invoice(), proof(change))).toBe(false);
  });
});
