import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ordered } from '../keys/key_list.ts';
import { firstPassword, mayTouch, rolesToGive } from './role_rules.ts';

const rows = readFileSync(join(import.meta.dirname, '../../../src/spec/roles.def'), 'utf8');
const grants = (role: string) =>
  [...rows.matchAll(/^GRANT\((\w+), (\w+)\)/gm)]
    .filter(([, who]) => who?.replace(/_$/, '') === role)
    .map(([, , permission]) => permission ?? '');

describe('roles that may be given', () => {
  it('are those whose permissions the giver has, owners only by owners', () => {
    const all = ['owner', 'admin', 'billing', 'developer', 'viewer'];
    for (const giver of ['owner', 'admin']) {
      const own = new Set(grants(giver));
      const wanted = all.filter(
        (role) => (role !== 'owner' || giver === 'owner') && grants(role).every((permission) => own.has(permission)),
      );
      expect(rolesToGive(giver), giver).toEqual(wanted);
    }
    expect(rolesToGive('operator')).toEqual(all);
    // These may not write members at all.
    for (const role of ['billing', 'developer', 'viewer', 'support', 'finance', 'read_only', '']) {
      expect(rolesToGive(role), role).toEqual([]);
    }
  });

  it('an admin leaves owners alone', () => {
    expect(mayTouch('admin', 'owner')).toBe(false);
    expect(mayTouch('admin', 'admin')).toBe(true);
    expect(mayTouch('owner', 'owner')).toBe(true);
  });
});

describe('a first password', () => {
  it('has 16 signs, whatever is drawn', () => {
    let next = 0;
    const all = (count: number) => Uint8Array.from({ length: count }, () => next++ % 256);
    const made = [firstPassword(all), firstPassword(all), firstPassword(all)];
    for (const password of made) expect(password).toMatch(/^[a-km-zA-HJ-NP-Z2-9]{16}$/);
    expect(new Set(made).size).toBe(3);
  });

  it('does not end in drawing what it cannot use', () => {
    let round = 0;
    const late = (count: number) => new Uint8Array(count).fill(round++ < 3 ? 255 : 0);
    expect(firstPassword(late)).toBe('a'.repeat(16));
  });
});

describe('keys', () => {
  it('that work come first, the newest on top', () => {
    const key = (id: string, createdAt: string, endedAt: string | null) => ({
      id,
      name: id,
      role: 'viewer',
      createdAt,
      lastUsedAt: null,
      endedAt,
    });
    const keys = [
      key('1', '2026-11-01', '2026-11-20'),
      key('2', '2026-11-02', null),
      key('3', '2026-11-03', '2026-11-25'),
      key('4', '2026-11-04', null),
    ];
    expect(ordered(keys).map(({ id }) => id)).toEqual(['4', '2', '3', '1']);
  });
});
