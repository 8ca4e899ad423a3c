import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/errors.ts';
import { fieldOf, pointerOf } from './pointer.ts';

const refused = (pointer?: string) =>
  new ApiError('invalid', 400, { detail: 'no', ...(pointer === undefined ? {} : { pointer }) });

describe('a refusal', () => {
  it('belongs to the field that its pointer names', () => {
    expect(fieldOf(refused('/amount'), ['reference', 'amount'])).toBe('amount');
    expect(fieldOf(refused('/bundles/1/fee'), ['/bundles/0/fee', '/bundles/1/fee'])).toBe('/bundles/1/fee');
  });

  it('belongs to the nearest field above, or to the form', () => {
    expect(fieldOf(refused('/volume_discount/tiers/0'), ['/volume_discount'])).toBe('/volume_discount');
    expect(fieldOf(refused('/other'), ['amount'])).toBeNull();
    expect(fieldOf(refused(), ['amount'])).toBeNull();
    expect(fieldOf(new Error('amount'), ['amount'])).toBeNull();
  });

  it('of a query parameter has no field', () => {
    expect(pointerOf(refused('?month'))).toBeNull();
  });
});
