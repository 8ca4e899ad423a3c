import { onceKey } from '../ui/once.ts';

/** A reference to begin with, such as "CR-20261126-7f3a"; people may write their own. */
export function ownReference(letters: string, day: string): string {
  return `${letters}-${day.replaceAll('-', '')}-${onceKey().slice(0, 4)}`;
}
