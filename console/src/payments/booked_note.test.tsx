// @vitest-environment jsdom
import { render } from '@testing-library/react';
import i18next from 'i18next';
import { afterEach, describe, expect, it } from 'vitest';
import '../i18n/index.ts';
import type { Booked } from '../api/types_money.ts';
import { BookedNote } from './booked_note.tsx';

const row = (more: Partial<Booked>): Booked => ({
  line: 2,
  result: 'refused',
  payment: null,
  account: null,
  problem: null,
  pointer: null,
  ...more,
});
const shown = (more: Partial<Booked>) => render(<BookedNote booked={row(more)} />).container.textContent;
afterEach(() => i18next.changeLanguage('en'));

describe('the note of a booked row', () => {
  it('is a sentence of ours where the payment only waits', async () => {
    const waits = { result: 'suspense', problem: 'reference: names no invoice and no account', pointer: '/reference' };
    expect(shown(waits)).toBe('The reference names no invoice and no account.');
    await i18next.changeLanguage('zh');
    expect(shown(waits)).toBe('附言未写明账单编号或账户。');
  });

  it('names the column before the server’s words, and is empty without a problem', async () => {
    await i18next.changeLanguage('zh');
    const refused = { problem: 'amount: must be above 0', pointer: '/amount' };
    expect(shown(refused)).toBe('金额：must be above 0');
    expect(shown({ problem: 'a cell is too long' })).toBe('a cell is too long');
    expect(shown({})).toBe('');
  });
});
