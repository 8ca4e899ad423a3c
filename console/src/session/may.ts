// Which role the page offers what to. The server decides (src/spec/roles.def); this only hides what it would refuse.
import { useSession } from './store.ts';

const everybody = [
  'owner',
  'admin',
  'billing',
  'developer',
  'viewer',
  'operator',
  'finance',
  'support',
  'read_only',
] as const;

export const roles = {
  project_read: everybody,
  usage_read: everybody,
  support_read: everybody,
  project_write: ['owner', 'admin', 'developer', 'operator'],
  certificate_write: ['owner', 'admin', 'developer', 'operator'],
  token_create: ['owner', 'admin', 'developer', 'operator'],
  key_read: ['owner', 'admin', 'developer', 'operator', 'support'],
  key_write: ['owner', 'admin', 'operator'],
  member_read: ['owner', 'admin', 'billing', 'operator', 'support'],
  member_write: ['owner', 'admin', 'operator'],
  bill_read: ['owner', 'admin', 'billing', 'operator', 'finance', 'support', 'read_only'],
  plan_change: ['owner', 'admin', 'billing', 'operator', 'finance'],
  message_publish: ['owner', 'admin', 'developer', 'operator'],
  payment_write: ['operator', 'finance'],
  contract_write: ['operator', 'finance'],
  account_create: ['operator'],
  account_suspend: ['operator', 'finance'],
  catalogue_write: ['operator'],
  support_write: ['owner', 'admin', 'billing', 'developer', 'operator', 'support'],
  support_answer: ['operator', 'support'],
} as const;
export type Permission = keyof typeof roles;

/** The person's role in the account, or an operator's over all of them; "" without one. */
export function useRole(account?: string): string {
  const { person, accounts } = useSession();
  return person.role ?? accounts.find(({ id }) => id === account)?.role ?? '';
}

/** Whether the person may do that, in one account or, for operators, at all. */
export function useMay(account?: string): (permission: Permission) => boolean {
  const role = useRole(account);
  return (permission) => (roles[permission] as readonly string[]).includes(role);
}
