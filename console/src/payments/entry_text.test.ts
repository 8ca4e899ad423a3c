import { describe, expect, it } from 'vitest';
import { entryFacts } from './entry_text.ts';

describe('an entry of the ledger', () => {
  it.each([
    ['invoice:PO-2026-000001', 'invoice PO-2026-000001 for 2026-01', 'invoice', 'PO-2026-000001'],
    ['credit_note:CN-2026-000001', 'credit note CN-2026-000001 for invoice PO-1', 'credit_note', 'CN-2026-000001'],
    ['payment:1', 'payment TX 1 of 2 of 2026-02-03', 'payment', 'TX 1 of 2'],
    ['assigned:7', 'payment B2 of 2026-02-03', 'assigned', 'B2'],
    ['reversal:3', 'payment TX-1 reversed', 'reversal', 'TX-1'],
    ['credit:1', 'credit C1', 'credit', 'C1'],
    ['prepaid:12:2026-03', 'prepaid balance pays 2026-03', 'prepaid', '2026-03'],
    ['surprise:1', 'something new', 'other', 'something new'],
  ])('%s', (source, text, kind, name) => {
    expect(entryFacts({ source, text })).toMatchObject({ kind, name, invoice: kind === 'invoice' });
  });
});
