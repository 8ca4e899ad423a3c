import { describe, expect, it } from 'vitest';
import { readBankFile } from './bank_file.ts';

describe('a bank statement before it is booked', () => {
  it('is read with quotes, commas, empty cells and either line end', () => {
    const text = '\uFEFFid,amount,payer\r\nB1,399.00,"Acme, ""Ltd"""\nB2,,\n\nB3,1.00,"two\nlines"';
    expect(readBankFile(text)).toEqual({
      columns: ['id', 'amount', 'payer'],
      rows: [
        ['B1', '399.00', 'Acme, "Ltd"'],
        ['B2', '', ''],
        ['B3', '1.00', 'two\nlines'],
      ],
    });
  });

  it('may be empty or broken', () => {
    expect(readBankFile('')).toEqual({ columns: [], rows: [] });
    expect(readBankFile('id\n"open').rows).toEqual([['open']]);
  });
});
