import { describe, expect, it } from 'vitest';
import { payloadBytes, unitsOf } from './units.ts';

describe('units of one copy', () => {
  it.each([
    [0, 1],
    [1, 1],
    [1024, 1],
    [1025, 2],
    [2560, 3],
    [32768, 32],
  ])('%i bytes are %i', (bytes, units) => {
    expect(unitsOf(bytes)).toBe(units);
  });

  it('count bytes, not letters', () => {
    expect(payloadBytes('你好')).toBe(6);
  });
});
