// Instants as the catalogue's clocks show them, for fields: "2026-11-26T09:30" in Asia/Shanghai and back.
import type { Check } from '../form/checks.ts';
import { faceOf } from './time.ts';

const pattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$/;

/** "2026-12-01T00:00" for a field of type datetime-local. */
export function localText(at: string | number, zone: string): string {
  const face = new Date(faceOf(new Date(at).getTime(), zone)).toISOString();
  return face.endsWith(':00.000Z') ? face.slice(0, 16) : face.slice(0, 19);
}

/** The instant of a field's text, "2026-11-30T16:00:00.000Z"; null for an empty text and for one that is no time. */
export function instantOf(text: string, zone: string): string | null {
  const found = pattern.exec(text);
  if (!found) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map((part) => Number(part ?? 0));
  const face = Date.UTC(year, month - 1, day, hour, minute, second);
  if (new Date(face).getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) return null;
  // The zone may have changed its offset between the guess and the instant: look a second time.
  const guess = face - (faceOf(face, zone) - face);
  const at = face - (faceOf(guess, zone) - guess);
  return new Date(at).toISOString();
}

/** A time that is one, and that lies after `now`. */
export function checkMoment(text: string, zone: string, now: number): Check {
  const at = instantOf(text, zone);
  if (at === null) return { key: 'moment' };
  return Date.parse(at) <= now ? { key: 'past' } : null;
}
