// What a message costs, before it is sent: one unit per started KiB of payload, for the publish and for each copy.

export const unitBytes = 1024;

export function payloadBytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Units of one copy of a payload: at least one. */
export function unitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / unitBytes));
}
