import { describe, expect, it } from 'vitest';
import {
  checkAmount,
  checkDecimal,
  checkEmail,
  checkPercent,
  checkText,
  checkWhole,
  narrow,
  onlyMistakes,
  unlessEmpty,
} from './checks.ts';

const key = (check: { key: string } | null) => check?.key ?? 'fine';

describe('an amount', () => {
  it.each([
    ['20', 'fine'],
    ['0.01', 'fine'],
    ['100.00', 'fine'],
    ['100.01', 'most'],
    ['', 'missing'],
    ['0', 'above'],
    ['0.00', 'above'],
    ['-1', 'decimal'],
    ['1e3', 'decimal'],
    ['1,000', 'decimal'],
    ['a lot', 'decimal'],
    ['0.001', 'places'],
    ['.5', 'decimal'],
  ])('%s is %s', (text, wanted) => {
    expect(key(checkAmount(text, 2, '100.00', '¥100.00'))).toBe(wanted);
  });

  it('is compared exactly where floating numbers are not', () => {
    expect(key(checkAmount('9007199254740993.01', 2, '9007199254740993.00'))).toBe('most');
    expect(key(checkAmount('9007199254740993.00', 2, '9007199254740993.00'))).toBe('fine');
  });

  it('says its limit as people read it', () => {
    expect(checkAmount('101', 2, '100.00', '¥100.00')).toEqual({ key: 'most', values: { most: '¥100.00' } });
  });
});

describe('other fields', () => {
  it('take percents of 0 to 100 and whole numbers within bounds', () => {
    expect(['0', '12.5', '100', '100.1', '', 'x'].map((text) => key(checkPercent(text)))).toEqual([
      'fine',
      'fine',
      'fine',
      'percent',
      'missing',
      'decimal',
    ]);
    expect(['1', '28', '29', '0', '1.5', ''].map((text) => key(checkWhole(text, '1', '28')))).toEqual([
      'fine',
      'fine',
      'between',
      'between',
      'whole',
      'missing',
    ]);
  });

  it('count a text in bytes, because the server does', () => {
    expect(key(checkText('补偿', 6))).toBe('fine');
    expect(key(checkText('补偿。', 6))).toBe('long');
    expect(key(checkText('  ', 6))).toBe('missing');
  });

  it('know an address, an empty field and a price with many digits', () => {
    expect(['a@b.cn', 'a b@c', 'a', ''].map((text) => key(checkEmail(text)))).toEqual([
      'fine',
      'email',
      'email',
      'missing',
    ]);
    expect(unlessEmpty('', checkPercent)).toBeNull();
    expect(key(unlessEmpty('101', checkPercent))).toBe('percent');
    expect(key(checkDecimal('0.00000000000000000001', 20))).toBe('fine');
  });

  it('are read from full-width digits too', () => {
    expect(narrow(' １２３．５０ ')).toBe('123.50');
  });

  it('that are right are no mistakes', () => {
    expect(onlyMistakes({ a: null, b: { key: 'missing' } })).toEqual({ b: { key: 'missing' } });
  });
});
