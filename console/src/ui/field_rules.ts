// What the server asks of texts (src/auth/validate.h), said at the field before anything is sent. Each answers the key
// of a text with its values, or null when the input is fine.
export interface Complaint {
  key: string;
  values?: Record<string, string>;
}

const bytes = (text: string) => new TextEncoder().encode(text).length;

/** 1 to 200 bytes, no control characters, no space at either end. */
export function nameComplaint(text: string): Complaint | null {
  if (text === '') return { key: 'field.empty' };
  if (bytes(text) > 200) return { key: 'field.tooLong', values: { most: '200' } };
  if (text.startsWith(' ') || text.endsWith(' ')) return { key: 'field.spaces' };
  return /[\p{Cc}\u2028\u2029\u202d\u202e]/u.test(text) ? { key: 'field.control' } : null;
}

/** 32 hexadecimal digits. */
export function hexComplaint(text: string): Complaint | null {
  return /^[0-9a-fA-F]{32}$/.test(text) ? null : { key: 'field.hex' };
}

export function emailComplaint(text: string): Complaint | null {
  return /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.]+@[A-Za-z0-9.-]+$/.test(text) && text.length <= 254
    ? null
    : { key: 'field.email' };
}

export function passwordComplaint(text: string): Complaint | null {
  const size = bytes(text);
  return size >= 10 && size <= 1024 ? null : { key: 'field.password', values: { least: '10' } };
}

/** A user ID: 1 to 64 of letters, digits and some signs (src/auth/token.h); the word "null" is nobody. */
export function userComplaint(text: string): Complaint | null {
  if (text === '') return { key: 'field.empty' };
  const fits = /^[A-Za-z0-9 !#$%&()+\-:;<=.>?@[\]^_{}|~,]{1,64}$/.test(text) && text !== 'null';
  return fits ? null : { key: 'field.user', values: { most: '64' } };
}

/** A whole number within bounds; bounds are inclusive decimal texts. */
export function numberComplaint(text: string, least: string, most: string): Complaint | null {
  const fits = /^\d{1,15}$/.test(text) && BigInt(text) >= BigInt(least) && BigInt(text) <= BigInt(most);
  return fits ? null : { key: 'field.range', values: { least, most } };
}
