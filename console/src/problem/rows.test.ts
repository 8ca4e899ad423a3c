// The page has words in both languages for every row of the server that it may have to speak about.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import en from '../i18n/en_problems.json';
import zh from '../i18n/zh_problems.json';
import { errorNames, permissions, rolesThatMay, rowOf } from './rows.ts';

const spec = (name: string) => readFileSync(join(import.meta.dirname, '../../../src/spec', name), 'utf8');
const languages = { en, zh };
const sorted = (names: Iterable<string>) => [...names].sort();

describe.each(Object.entries(languages))('texts in %s', (language, texts) => {
  it('exist for every error of errors.def and for no other', () => {
    // Counted apart from the reader under test: every line that begins a row is one.
    const lines = spec('errors.def').split('\n');
    expect(errorNames.size).toBe(lines.filter((line) => line.startsWith('ERROR(')).length - 1);
    expect(sorted(Object.keys(texts.problem))).toEqual(sorted(errorNames.values()));
  });

  it('say of each what happened and what to do, in whole sentences', () => {
    for (const [name, { what, act }] of Object.entries(texts.problem)) {
      for (const text of [what, act]) {
        expect(text, name).toMatch(language === 'zh' ? /^.+[。]$/ : /^[A-Z].+\.$/);
        if (language === 'zh') expect(text, name).toMatch(/[\u4e00-\u9fff]/);
      }
    }
  });

  it('exist for every right of roles.def', () => {
    expect(permissions.length).toBe(
      spec('roles.def')
        .split('\n')
        .filter((line) => line.startsWith('PERMISSION(')).length,
    );
    expect(sorted(Object.keys(texts.right))).toEqual(sorted(permissions));
  });
});

interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
}

describe('fields', () => {
  it('have a label wherever the server can point at one', () => {
    const api = JSON.parse(readFileSync(join(import.meta.dirname, '../../../docs/openapi.json'), 'utf8'));
    const names = new Set<string>();
    const walk = ({ $ref, properties = {}, items }: Schema): void => {
      if ($ref) walk(api.components.schemas[$ref.split('/').at(-1) ?? '']);
      for (const [name, inner] of Object.entries(properties)) {
        names.add(name);
        walk(inner);
      }
      if (items) walk(items);
    };
    for (const route of Object.values<Record<string, { requestBody?: object; parameters?: unknown[] }>>(api.paths)) {
      for (const { requestBody, parameters = [] } of Object.values(route)) {
        const content = (requestBody as { content?: Record<string, { schema: Schema }> } | undefined)?.content ?? {};
        for (const { schema } of Object.values(content)) walk(schema);
        for (const each of parameters as { in: string; name: string }[]) if (each.in === 'query') names.add(each.name);
      }
    }
    expect(names.size).toBeGreaterThan(60);
    const missing = (known: object) => sorted(names).filter((name) => !Object.hasOwn(known, name));
    expect(missing(en.fieldLabel)).toEqual([]);
    expect(missing(zh.fieldLabel)).toEqual([]);
  });
});

describe('rows', () => {
  it('are found by name, else by number, else not at all', () => {
    expect(rowOf('budget', undefined)).toBe('budget');
    expect(rowOf('of another version', -17004)).toBe('budget');
    expect(rowOf(undefined, -18002)).toBe('unauthorized');
    expect(rowOf('ok', 0)).toBeNull();
    expect(rowOf('toString', 12)).toBeNull();
  });

  it('know who may', () => {
    expect(rolesThatMay('operator_write')).toEqual(['operator']);
    expect(rolesThatMay('message_publish')).toContain('owner');
    expect(rolesThatMay('message_publish')).not.toContain('viewer');
    expect(rolesThatMay('nothing')).toEqual([]);
  });
});
