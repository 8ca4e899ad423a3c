// Which roles a role may give and take (auth::may_give): everything up to its own, and owners only by owners.
import { type AccountRole, accountRoles } from '../api/types_projects.ts';

export function rolesToGive(own: string): readonly AccountRole[] {
  if (own === 'owner' || own === 'operator') return accountRoles;
  return own === 'admin' ? accountRoles.filter((role) => role !== 'owner') : [];
}

/** Whether somebody of that role may be changed or taken out. */
export function mayTouch(own: string, role: string): boolean {
  return (rolesToGive(own) as readonly string[]).includes(role);
}

const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** A first password of 16 signs that cannot be mistaken for each other; `draw` gives numbers from 0 to 255. */
export function firstPassword(draw: (count: number) => Uint8Array): string {
  let password = '';
  // Numbers past the last whole round of the letters are thrown away: each letter is as likely as any other.
  const most = 256 - (256 % letters.length);
  while (password.length < 16) {
    for (const number of draw(32)) {
      if (number < most && password.length < 16) password += letters[number % letters.length];
    }
  }
  return password;
}
