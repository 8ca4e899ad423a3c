// Moving an account to another price list: which months it may begin in, and which plans need a successor to be named.
import type { Plan } from '../api/types.ts';

/** The month `count` months after "2026-11". */
export function monthAfter(month: string, count: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7);
}

/** Later months than the running one, none before the price list is in force. */
export function monthsToMove(running: string, effectiveFrom: string, count = 12): string[] {
  const first = monthAfter(running, 1);
  const [begin = first] = [first, effectiveFrom.slice(0, 7)].sort().reverse();
  return Array.from({ length: count }, (_, place) => monthAfter(begin, place));
}

/** Old plans whose name the new price list does not have. */
export function plansToMap(from: readonly Plan[], to: readonly Plan[]): string[] {
  const kept = new Set(to.map(({ name }) => name));
  return from.map(({ name }) => name).filter((name) => !kept.has(name));
}
