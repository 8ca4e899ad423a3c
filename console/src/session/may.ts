// Which role the page offers what to. The server decides (src/spec/roles.def); this only hides what it would refuse.
import { useSession } from './store.ts';

const roles = {
  plan_change: ['owner', 'admin', 'billing', 'operator', 'finance'],
  message_publish: ['owner', 'admin', 'operator'],
  payment_write: ['operator', 'finance'],
  support_write: ['owner', 'admin', 'billing', 'developer', 'operator', 'support'],
  support_answer: ['operator', 'support'],
} as const;
export type Permission = keyof typeof roles;

/** Whether the person may do that, in one account or, for operators, at all. */
export function useMay(account?: string): (permission: Permission) => boolean {
  const { person, accounts } = useSession();
  const role = person.role ?? accounts.find(({ id }) => id === account)?.role ?? '';
  return (permission) => (roles[permission] as readonly string[]).includes(role);
}
