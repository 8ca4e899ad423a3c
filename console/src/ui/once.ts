import { useState } from 'react';

/**
 * A key that nothing else has. Made of random bytes, because crypto.randomUUID needs HTTPS and a console in a private
 * network may have none.
 */
export function onceKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A key for one thing that is to be done once: the same for as long as its form is open, however often it is sent. */
export function useOnce(): string {
  const [key] = useState(onceKey);
  return key;
}
