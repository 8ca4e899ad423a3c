// The members of an answer, read with care: what is missing or of another kind is an ApiError "malformed".
import { ApiError } from './errors.ts';

export type Row = Record<string, unknown>;

export function fail(what: string): never {
  throw new ApiError('malformed', 200, { detail: what });
}

export function row(value: unknown, what: string): Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : fail(what);
}

export function text(from: Row, name: string): string {
  const value = from[name];
  return typeof value === 'string' ? value : fail(name);
}

export function optionalText(from: Row, name: string): string | null {
  const value = from[name];
  return typeof value === 'string' ? value : null;
}

/** A decimal string; whole JSON numbers that are exact are taken too. */
export function optionalDecimal(from: Row, name: string): string | null {
  const value = from[name];
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? value.toString() : null;
}

export function decimal(from: Row, name: string): string {
  return optionalDecimal(from, name) ?? fail(name);
}

/** The objects of a list member; none when the member is missing. */
export function optionalRows(from: Row, name: string): Row[] {
  const list = from[name];
  return Array.isArray(list) ? list.map((entry) => row(entry, name)) : [];
}

/** An object member, or null when it is missing. */
export function optionalRow(from: Row, name: string): Row | null {
  return from[name] == null ? null : row(from[name], name);
}
