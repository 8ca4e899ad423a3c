// What a field may hold, checked before anything is sent: as text, exactly, and said in the page's language. The server
// checks everything again.
import { compare, isDecimal } from '../exact/decimal.ts';

/** The name of a sentence below `desk.mistake`, and its numbers. */
export interface Mistake {
  key:
    | 'missing'
    | 'decimal'
    | 'places'
    | 'above'
    | 'most'
    | 'whole'
    | 'between'
    | 'percent'
    | 'moment'
    | 'past'
    | 'order'
    | 'email'
    | 'long'
    | 'double'
    | 'tierOrder'
    | 'falls'
    | 'mapping';
  values?: Record<string, string>;
}
export type Check = Mistake | null;

/** Half-width digits and points, as an input method for Chinese may type full-width ones; no spaces around. */
export function narrow(text: string): string {
  return text.normalize('NFKC').trim();
}

/** Digits after the point. */
export function placesIn(text: string): number {
  return text.includes('.') ? text.length - text.indexOf('.') - 1 : 0;
}

export function checkText(text: string, bytesMost: number): Check {
  if (text.trim() === '') return { key: 'missing' };
  return new TextEncoder().encode(text).length > bytesMost
    ? { key: 'long', values: { most: String(bytesMost) } }
    : null;
}

/** A decimal that is not negative, with at most `places` digits after the point. */
export function checkDecimal(text: string, places: number): Check {
  if (text === '') return { key: 'missing' };
  if (!isDecimal(text) || text.startsWith('-') || text.length > 60) return { key: 'decimal' };
  return placesIn(text) > places ? { key: 'places', values: { places: String(places) } } : null;
}

/** Money above 0 and, where there is one, at most `most`; `said` is that limit as people read it. */
export function checkAmount(text: string, places: number, most?: string, said?: string): Check {
  const wrong = checkDecimal(text, places);
  if (wrong) return wrong;
  if (compare(text, '0') <= 0) return { key: 'above' };
  return most !== undefined && compare(text, most) > 0 ? { key: 'most', values: { most: said ?? most } } : null;
}

export function checkWhole(text: string, least: string, most: string): Check {
  if (text === '') return { key: 'missing' };
  if (!/^\d{1,19}$/.test(text)) return { key: 'whole' };
  const fits = compare(text, least) >= 0 && compare(text, most) <= 0;
  return fits ? null : { key: 'between', values: { least, most } };
}

export function checkPercent(text: string): Check {
  const wrong = checkDecimal(text, 10);
  if (wrong) return wrong;
  return compare(text, '100') > 0 ? { key: 'percent' } : null;
}

export function checkEmail(text: string): Check {
  if (text === '') return { key: 'missing' };
  return /^[^\s@]+@[^\s@]+$/.test(text) && text.length <= 254 ? null : { key: 'email' };
}

/** Checks of a field that may stay empty. */
export function unlessEmpty(text: string, check: (text: string) => Check): Check {
  return text === '' ? null : check(text);
}

/** Without the fields that are right. */
export function onlyMistakes<Name extends string>(
  checks: Partial<Record<Name, Check>>,
): Partial<Record<Name, Mistake>> {
  const wrong = Object.entries<Check | undefined>(checks).filter(
    (entry): entry is [string, Mistake] => entry[1] != null,
  );
  return Object.fromEntries(wrong) as Partial<Record<Name, Mistake>>;
}
