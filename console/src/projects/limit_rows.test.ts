import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { limitRows, limitViews } from './limit_rows.ts';

const spec = (name: string) => readFileSync(join(import.meta.dirname, '../../../src/spec', name), 'utf8');

/** "32 * 1024" -> 32768: whole factors are all that the rows write. */
const product = (text: string) =>
  text.split('*').reduce((all, factor) => all * Number(factor.trim().replaceAll("'", '')), 1);
const limits = new Map(
  [...spec('limits.def').matchAll(/^LIMIT\((\w+), ([^,]+),/gm)].map(([, name = '', value = '']) => [
    `limits::${name}`,
    product(value),
  ]),
);
const value = (text: string) => limits.get(text.trim()) ?? product(text);

describe('technical limits', () => {
  it('are the rows of the server', () => {
    const rows = [...spec('project_limits.def').matchAll(/^PROJECT_LIMIT\((\w+), ([^,]+), ([^,]+), ([^,]+)\)$/gm)];
    const wanted = rows.map(([, name, standard = '', least = '', most = '']) => ({
      name,
      standard: String(value(standard)),
      least: String(value(least)),
      most: String(value(most)),
    }));
    expect(wanted.length).toBeGreaterThan(5);
    expect(limitRows).toEqual(wanted);
  });

  it('say whose they are', () => {
    const own = { message_bytes_max: '1000', calls_per_second_max: '20', rest_per_second_max: '900' };
    const inForce = { ...own, rest_per_second_max: '5000', publish_per_second_max: '60' };
    const views = limitViews({ limits: own, limitsInForce: inForce }, ['publish_per_second_max']);
    const why = Object.fromEntries(views.map((view) => [view.row.name, view.why]));
    expect(why).toMatchObject({
      message_bytes_max: 'own',
      calls_per_second_max: 'standard',
      rest_per_second_max: 'contract',
      // Agreed, though it is no other number than before.
      publish_per_second_max: 'contract',
      flush_gap_ms: 'standard',
    });
    expect(views.find(({ row }) => row.name === 'rest_per_second_max')).toMatchObject({ own: '900', inForce: '5000' });
  });
});
