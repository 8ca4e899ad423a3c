import type { ApiKey } from '../api/types_projects.ts';

/** Roles that a key can have: an owner is always a person. */
export const keyRoles = ['admin', 'billing', 'developer', 'viewer'] as const;
export type KeyRole = (typeof keyRoles)[number];

/** Keys that work, newest first; below them those that ended, last ended first. */
export function ordered(keys: readonly ApiKey[]): ApiKey[] {
  const rank = ({ endedAt, createdAt }: ApiKey) => (endedAt === null ? `1${createdAt}` : `0${endedAt}`);
  return [...keys].sort((a, b) => (rank(a) < rank(b) ? 1 : rank(a) > rank(b) ? -1 : Number(b.id) - Number(a.id)));
}
