// @vitest-environment jsdom
import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { readInvoice } from '../api/read.ts';
import '../i18n/index.ts';
import { CreditNotes } from './credit_notes.tsx';

const show = (change: object) => {
  const head = { month: '2026-10', plan: 'basic', catalogue: 'cn26', currency: 'CNY', lines: [], total: '399.20' };
  render(
    <MantineProvider>
      <CreditNotes invoice={readInvoice({ ...head, ...change })} />
    </MantineProvider>,
  );
};

describe('credit notes', () => {
  it('are not spoken of when there are none', () => {
    show({ state: 'issued' });
    expect(screen.queryByTestId('credit-notes')).toBeNull();
  });

  it('say that an invoice is void, and by which note', () => {
    show({ state: 'void', credit_notes: [{ number: 'CN-2026-000001', kind: 'void', total: '399.20' }] });
    expect(screen.getByTestId('credit-state').textContent).toBe('This invoice is void');
    expect(screen.getByTestId('credit-notes').textContent).toContain('CN-2026-000001');
    expect(screen.getByTestId('credit-notes').textContent).toContain('−¥399.20');
  });

  it('tell a part from all of it', () => {
    show({ state: 'credited', credit_notes: [{ number: 'CN-2026-000002', kind: 'partial', total: '0.20' }] });
    expect(screen.getByTestId('credit-state').textContent).toBe('A part of this invoice has been credited');
  });
});
