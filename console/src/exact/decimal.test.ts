import { describe, expect, it } from 'vitest';
import {
  compare,
  formatDifference,
  formatMoney,
  formatQuantity,
  formatShort,
  isDecimal,
  multiply,
  permille,
  round,
  shift,
  subtract,
} from './decimal.ts';

describe('quantities', () => {
  it.each([
    ['0', '0'],
    ['999', '999'],
    ['1000', '1,000'],
    ['9223372036854775807', '9,223,372,036,854,775,807'],
    ['1.7694444444', '1.7694444444'],
    ['1234.5000', '1,234.5'],
    ['-1234567.25', '−1,234,567.25'],
    ['100000000000000000000000000000000.1', '100,000,000,000,000,000,000,000,000,000,000.1'],
  ])('prints %s as %s', (text, printed) => {
    expect(formatQuantity(text)).toBe(printed);
  });

  it('rounds half away from zero', () => {
    expect(round('2.0005', 3)).toBe('2.001');
    expect(round('-2.0005', 3)).toBe('-2.001');
    expect(round('2.00049999999999999999', 3)).toBe('2.000');
    expect(round('0.5', 0)).toBe('1');
    expect(round('999.995', 2)).toBe('1000.00');
    expect(formatQuantity('2.0666666667', 3)).toBe('2.067');
  });

  it('shows what is no decimal as it came', () => {
    for (const text of ['', 'NaN', '1e9', '1,000', '.5', '5.', '+1', ' 1']) {
      expect(isDecimal(text)).toBe(false);
      expect(formatQuantity(text)).toBe(text);
      expect(formatMoney(text, 'CNY')).toBe(text);
    }
  });

  it('shortens only what stays exact', () => {
    expect(formatShort('30000000', 'en')).toBe('30 M');
    expect(formatShort('30000000', 'zh-CN')).toBe('3,000 万');
    expect(formatShort('30000001', 'en')).toBe('30,000,001');
    expect(formatShort('2500', 'en')).toBe('2,500');
    expect(formatShort('1.5', 'en')).toBe('1.5');
  });
});

describe('money', () => {
  it('keeps every digit, also beyond what a floating number holds', () => {
    expect(formatMoney('1499.00', 'CNY')).toBe('¥1,499.00');
    expect(formatMoney('-224.85', 'USD')).toBe('−$224.85');
    expect(formatMoney('0.00', 'CHF')).toBe('CHF 0.00');
    expect(formatMoney('9007199254740993.01', 'CNY')).toBe('¥9,007,199,254,740,993.01');
    expect(formatMoney('0.00002', 'CNY')).toBe('¥0.00002');
    expect(formatMoney('-0.2', 'CNY')).toBe('−¥0.20');
  });
});

describe('arithmetic', () => {
  it('is exact', () => {
    expect(subtract('0.3', '0.1')).toBe('0.2');
    expect(subtract('9007199254740993', '0.1')).toBe('9007199254740992.9');
    expect(multiply('2114208', '0.00002')).toBe('42.28416');
    expect(shift('0.00002', 6)).toBe('20');
    expect(compare('2.0', '2')).toBe(0);
    expect(compare('-1', '0.5')).toBeLessThan(0);
    expect(compare('10', '9.99')).toBeGreaterThan(0);
  });

  it('gives shares rounded down, so that 100 % means reached', () => {
    expect(permille('79999999', '100000000')).toBe(799);
    expect(permille('100', '100')).toBe(1000);
    expect(permille('99.9999999', '100')).toBe(999);
    expect(permille('5', '0')).toBe(0);
    expect(permille('9223372036854775807', '1', 5000)).toBe(5000);
  });
});

describe('differences', () => {
  it.each([
    ['2800.00', '+¥2,800.00'],
    ['-1100.00', '−¥1,100.00'],
    ['0.00', '±¥0.00'],
    ['90071992547409930.01', '+¥90,071,992,547,409,930.01'],
    ['unknown', 'unknown'],
  ])('prints %s as %s', (amount, printed) => {
    expect(formatDifference(amount, 'CNY')).toBe(printed);
  });
});
