// The page has words in both languages for every reason that the server may give, with each of its figures.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import en from '../i18n/en_problems.json';
import zh from '../i18n/zh_problems.json';

const source = (path: string) => readFileSync(join(import.meta.dirname, '../../../src', path), 'utf8');
const sorted = (names: Iterable<string>) => [...names].sort();

const reasons = [...source('spec/reasons.def').matchAll(/^REASON\((\w+), "([\w ]*)",/gm)].map(
  ([, name = '', figures = '']) => ({
    name,
    figures: figures === '' ? [] : figures.split(' '),
  }),
);

describe.each(Object.entries({ en, zh }))('reasons in %s', (_, texts) => {
  const said: Record<string, string> = texts.reason;

  it('exist for every row of reasons.def and for no other', () => {
    expect(reasons.length).toBe(
      source('spec/reasons.def')
        .split('\n')
        .filter((line) => line.startsWith('REASON(')).length,
    );
    expect(sorted(Object.keys(said))).toEqual(sorted(reasons.map(({ name }) => name)));
  });

  it('use no figure that the server does not send, and every amount that it does', () => {
    for (const { name, figures } of reasons) {
      const used = [...(said[name] ?? '').matchAll(/{{(\w+)}}/g)].map(([, figure = '']) => figure);
      expect(figures, name).toEqual(expect.arrayContaining(used));
      // An amount is written with its currency.
      expect(used, name).toEqual(expect.arrayContaining(figures.filter((figure) => figure !== 'currency')));
    }
  });

  it('know every kind of value that the server expects', () => {
    const kinds = new Set([...source('api/decode.cc').matchAll(/expected\("(\w+)"\)/g)].map(([, kind = '']) => kind));
    expect(kinds.size).toBeGreaterThan(4);
    expect(sorted(Object.keys(texts.expected))).toEqual(sorted(kinds));
  });
});
