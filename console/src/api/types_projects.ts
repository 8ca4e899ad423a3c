// Projects with all that they are, API keys, and the people of an account.
import type { Project } from './types.ts';

export const slots = ['primary', 'secondary'] as const;
export type Slot = (typeof slots)[number];

/** A certificate in its slot; its text is never read back. */
export interface Certificate {
  slot: Slot;
  enabled: boolean;
  createdAt: string;
}

export interface ProjectDetail extends Project {
  account: string;
  /** The App ID alone logs in, where the server's settings allow that. */
  appIdOnly: boolean;
  /** Technical limits by the server's names, as the project set them. */
  limits: Record<string, string>;
  /** What holds now: those of the account's contract over the project's. */
  limitsInForce: Record<string, string>;
  certificates: Certificate[];
  createdAt: string;
}

export interface NewProject {
  name: string;
  appIdOnly: boolean;
  withCertificate: boolean;
  /** Brought along from elsewhere; null: the server makes them. */
  appId: string | null;
  certificate: string | null;
}

export interface MadeProject {
  project: ProjectDetail;
  /** Told this once; null: the project has none. */
  certificate: string | null;
}

export interface ProjectChange {
  name?: string;
  appIdOnly?: boolean;
  disabled?: boolean;
  limits?: Record<string, string>;
}

/** Roles inside one account, most may first. */
export const accountRoles = ['owner', 'admin', 'billing', 'developer', 'viewer'] as const;
export type AccountRole = (typeof accountRoles)[number];

export interface ApiKey {
  id: string;
  name: string;
  role: string;
  createdAt: string;
  lastUsedAt: string | null;
  endedAt: string | null;
}

export interface MadeKey {
  key: ApiKey;
  /** Told this once. */
  secret: string;
}

/** Somebody with a role in the account. */
export interface Member {
  id: string;
  email: string;
  name: string;
  role: string;
}

export interface NewMember {
  email: string;
  role: AccountRole;
  /** Of a person who is new to the server; null: known already. */
  name: string | null;
  password: string | null;
}
