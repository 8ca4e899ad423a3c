// @vitest-environment jsdom
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseLanguage, texts } from './index.ts';

type Tree = { [key: string]: string | Tree };

function leaves(tree: Tree, prefix = ''): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const path = prefix ? `${prefix}.${key}` : key;
    if (typeof value === 'string') all.set(path, value);
    else for (const [inner, text] of leaves(value, path)) all.set(inner, text);
  }
  return all;
}

const english = leaves(texts.en as Tree);
const chinese = leaves(texts.zh as Tree);
/** Chinese has no plural forms: `x_one` of English has no partner. */
const ordinary = (keys: Iterable<string>) => [...keys].filter((key) => !key.endsWith('_one')).sort();
const placeholders = (text: string) => [...text.matchAll(/{{\s*(\w+)\s*}}/g)].map((found) => found[1]).sort();

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\./.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

describe('texts', () => {
  it('exist in both languages', () => {
    expect(ordinary(chinese.keys())).toEqual(ordinary(english.keys()));
  });

  it('are never empty and have the same placeholders', () => {
    for (const [key, text] of english) {
      expect(text, key).not.toBe('');
      const other = chinese.get(key);
      if (other === undefined) continue;
      expect(other, key).not.toBe('');
      expect(placeholders(other), key).toEqual(placeholders(text));
    }
  });

  it('have no group that two files of a language both claim', () => {
    for (const language of ['en', 'zh']) {
      const files = readdirSync(import.meta.dirname).filter((name) =>
        new RegExp(`^${language}(_\\w+)?\\.json$`).test(name),
      );
      expect(files.length).toBeGreaterThan(2);
      const groups = files.flatMap((name) =>
        Object.keys(JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'))),
      );
      expect(groups.filter((group, at) => groups.indexOf(group) !== at)).toEqual([]);
    }
  });

  it('exist for every key the pages name', () => {
    const used = sources(join(import.meta.dirname, '..')).flatMap((source) =>
      [...source.matchAll(/\bt\(\s*'([\w.]+)'/g)].map((found) => found[1] ?? ''),
    );
    expect(used.length).toBeGreaterThan(50);
    const known = (key: string) => english.has(key) || english.has(`${key}_other`);
    expect(used.filter((key) => !known(key))).toEqual([]);
  });
});

describe('language', () => {
  it('is the remembered one, else the browser’s, else English', () => {
    expect(chooseLanguage('zh', ['en-US'])).toBe('zh');
    expect(chooseLanguage(null, ['fr-FR', 'zh-TW', 'en'])).toBe('zh');
    expect(chooseLanguage(null, ['en-GB', 'zh-CN'])).toBe('en');
    expect(chooseLanguage('xx', ['fr'])).toBe('en');
  });
});
