// @vitest-environment jsdom
import { render, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { readInvoice } from '../api/read.ts';
import i18next from '../i18n/index.ts';
import { BillLines } from './bill_lines.tsx';

const invoice = (plan: string, lines: unknown[], total: string) =>
  readInvoice({ month: '2026-11', plan, catalogue: 'cn26', currency: 'CNY', lines, total });
const messages = (quantity: string, included: string, overage: string, amount: string) => ({
  kind: 'messages',
  quantity,
  included,
  overage,
  unit_price: '0.00002',
  amount,
});

function shown(kind: string): string {
  return screen.getByTestId(`line-${kind}`).textContent ?? '';
}

describe('lines of a bill', () => {
  it('explain an overage by its own arithmetic', () => {
    render(
      <BillLines
        invoice={invoice(
          'basic',
          [{ kind: 'base', amount: '399.00' }, messages('32114208', '30000000', '2114208', '42.28')],
          '441.28',
        )}
      />,
    );
    expect(shown('messages')).toContain('32,114,208 used, 30,000,000 included: 2,114,208 × ¥0.00002 ≈ ¥42.28');
    expect(shown('messages')).toContain('¥20 per million');
    expect(shown('base')).toContain('¥399.00');
    expect(screen.getByTestId('bill-total').textContent).toBe('¥441.28');
  });

  it('explain connections by their peak', () => {
    const pcu = { kind: 'pcu', quantity: '501', included: '500', overage: '1', unit_price: '0.2', amount: '0.20' };
    render(<BillLines invoice={invoice('basic', [pcu], '399.20')} />);
    expect(shown('pcu')).toContain('501 at the peak, 500 included: 1 × ¥0.20 = ¥0.20');
  });

  it('name the percent of the terms where there is one', () => {
    const lines = [
      { kind: 'discount', amount: '-10.00' },
      { kind: 'tax', amount: '6.00' },
    ];
    const terms = { discount_percent: '10', tax_percent: '25/4' };
    const bill = { month: '2026-11', plan: 'basic', catalogue: 'cn26', currency: 'CNY', lines, total: '96.00', terms };
    render(<BillLines invoice={readInvoice(bill)} />);
    expect(shown('discount')).toContain('10% by your contract');
    expect(shown('tax')).toContain('On the sum after discount and minimum');
  });

  it('say "=" only where it is exact', () => {
    render(<BillLines invoice={invoice('flagship', [messages('1000000', '0', '1000000', '20.00')], '20.00')} />);
    expect(shown('messages')).toContain('1,000,000 × ¥0.00002 = ¥20.00');
  });

  it('tell quota, included use and a plan that never bills apart', () => {
    const { rerender } = render(
      <BillLines invoice={invoice('basic', [messages('5', '30000000', '0', '0.00')], '399.00')} />,
    );
    expect(shown('messages')).toContain('Within the 30,000,000 included');
    const storage = { kind: 'storage', quantity: '1', included: '2', overage: '0', unit_price: '100', amount: '0.00' };
    rerender(<BillLines invoice={invoice('basic', [storage], '399.00')} />);
    expect(shown('storage')).toContain('Within the 2 GB included');
    rerender(<BillLines invoice={invoice('free', [messages('3000001', '3000000', '0', '0.00')], '0.00')} />);
    expect(shown('messages')).toContain('never bills beyond its quota');
  });

  it('show a discount as negative and an inclusive tax as not added', () => {
    const lines = [
      { kind: 'discount', amount: '-224.85' },
      { kind: 'tax', amount: '90.00', inclusive: true },
    ];
    render(<BillLines invoice={invoice('premium', lines, '1590.00')} />);
    expect(shown('discount')).toContain('−¥224.85');
    expect(shown('tax')).toContain('(¥90.00)');
    expect(shown('tax')).toContain('not added');
  });

  it('speak Chinese', async () => {
    await i18next.changeLanguage('zh');
    render(<BillLines invoice={invoice('basic', [messages('5', '30000000', '0', '0.00')], '399.00')} />);
    expect(within(screen.getByTestId('line-messages')).getByRole('rowheader').textContent).toBe('消息费');
    await i18next.changeLanguage('en');
  });
});
