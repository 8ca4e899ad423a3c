// Rows of the server's tables that the page speaks about, read from the very files that the server is compiled from: the
// names of errors by their numbers, and the roles that hold a permission.
import errors from '../../../src/spec/errors.def?raw';
import roles from '../../../src/spec/roles.def?raw';

/** What the groups of `pattern` find, row by row. */
function rows(source: string, pattern: RegExp): string[][] {
  return [...source.matchAll(pattern)].map((found) => found.slice(1));
}

/** Every error but `ok`, by its number. */
export const errorNames: ReadonlyMap<number, string> = new Map(
  rows(errors, /^ERROR\((-?\d+), (\w+),/gm)
    .filter(([, name]) => name !== 'ok')
    .map(([number, name = '']) => [Number(number), name]),
);
const names = new Set(errorNames.values());

export const permissions: readonly string[] = rows(roles, /^PERMISSION\((\w+),/gm).map(([name = '']) => name);

/** The name of a row, given by name or else by number; null when there is none. */
export function rowOf(name: string | undefined, code: number | undefined): string | null {
  if (name !== undefined && names.has(name)) return name;
  return code === undefined ? null : (errorNames.get(code) ?? null);
}

/** Names of the roles that hold `permission`, the customer's first, as in roles.def. */
export function rolesThatMay(permission: string): string[] {
  const shown = new Map(rows(roles, /^ROLE\(\w+, (\w+), "(\w+)",/gm).map(([id = '', name = '']) => [id, name]));
  return rows(roles, /^GRANT\((\w+), (\w+)\)/gm)
    .filter(([, granted]) => granted === permission)
    .map(([role = '']) => shown.get(role) ?? role);
}
