// Reads projects, keys and people.
import { fail, optionalRow, optionalRows, optionalText, type Row, row, text } from './fields.ts';
import { readProject } from './read.ts';
import type { ApiKey, Certificate, MadeKey, MadeProject, Member, ProjectDetail } from './types_projects.ts';

function readLimits(from: Row | null): Record<string, string> {
  const known = Object.entries(from ?? {}).filter(([, value]) => Number.isSafeInteger(value));
  return Object.fromEntries(known.map(([name, value]) => [name, String(value)]));
}

function readSlot(from: Row): Certificate {
  const slot = from.slot === 'primary' || from.slot === 'secondary' ? from.slot : fail('slot');
  return { slot, enabled: from.enabled === true, createdAt: text(from, 'created_at') };
}

export function readProjectDetail(value: unknown): ProjectDetail {
  const from = row(value, 'project');
  return {
    ...readProject(from),
    account: String(from.account ?? fail('account')),
    appIdOnly: from.app_id_only === true,
    limits: readLimits(optionalRow(from, 'limits')),
    limitsInForce: readLimits(optionalRow(from, 'limits_in_force')),
    certificates: optionalRows(from, 'certificates').map(readSlot),
    createdAt: text(from, 'created_at'),
  };
}

export function readMadeProject(value: unknown): MadeProject {
  return { project: readProjectDetail(value), certificate: optionalText(row(value, 'project'), 'certificate') };
}

export function readCertificateText(value: unknown): string {
  return text(row(value, 'certificate'), 'certificate');
}

export function readKey(value: unknown): ApiKey {
  const from = row(value, 'key');
  return {
    id: text(from, 'id'),
    name: text(from, 'name'),
    role: text(from, 'role'),
    createdAt: text(from, 'created_at'),
    lastUsedAt: optionalText(from, 'last_used_at'),
    endedAt: optionalText(from, 'revoked_at'),
  };
}

export function readMadeKey(value: unknown): MadeKey {
  return { key: readKey(value), secret: text(row(value, 'key'), 'secret') };
}

export function readMember(value: unknown): Member {
  const from = row(value, 'person');
  const email = text(from, 'email');
  return {
    id: text(from, 'id'),
    email,
    name: optionalText(from, 'name') ?? email,
    role: optionalText(from, 'role') ?? 'viewer',
  };
}
