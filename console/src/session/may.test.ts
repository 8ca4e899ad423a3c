// What the page offers is what the server's own rows grant.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { roles } from './may.ts';

const rows = readFileSync(join(import.meta.dirname, '../../../src/spec/roles.def'), 'utf8');
const granted = [...rows.matchAll(/^GRANT\((\w+), (\w+)\)/gm)].map(([, role = '', permission]) => ({
  role: role.replace(/_$/, ''),
  permission,
}));

it('offers each role exactly what the server grants it', () => {
  expect(granted.length).toBeGreaterThan(80);
  for (const [permission, offered] of Object.entries(roles)) {
    const who = granted.filter((grant) => grant.permission === permission).map(({ role }) => role);
    expect([...offered].sort(), permission).toEqual(who.sort());
  }
});
