import type { LinkReason, LinkState, StatusEvent } from './types.ts';

const reasons: Readonly<Record<number, LinkReason>> = {
  [-10005]: 'INVALID_TOKEN',
  [-10009]: 'TOKEN_EXPIRED',
  [-10011]: 'LOGIN_TIMEOUT',
  [-10012]: 'LOGIN_REJECTED',
  [-10015]: 'LOGIN_NOT_AUTHORIZED',
  [-16004]: 'SAME_UID_LOGIN',
  [-16005]: 'KICKED_OUT_BY_SERVER',
  [-16006]: 'KEEP_ALIVE_TIMEOUT',
};

/** The link-state reason for an error number. */
export function reasonOf(number: number): LinkReason {
  return reasons[number] ?? (number < -10002 && number > -10010 ? 'LOGIN_REJECTED' : 'CONNECTION_ERROR');
}

/** The older `status` event's word for a link state. */
export function statusOf(state: LinkState, previous: LinkState): StatusEvent['state'] {
  if (state === 'CONNECTED' || state === 'FAILED') return state;
  if (state === 'IDLE') return 'DISCONNECTED';
  if (state === 'CONNECTING' && previous === 'IDLE') return 'CONNECTING';
  return 'RECONNECTING';
}

/** Milliseconds until attempt number `attempt` (from 0): doubling from a quarter second to 16 s, spread by `chance` in [0, 1). */
export function backOffMs(attempt: number, chance: number): number {
  const most = Math.min(16_000, 250 * 2 ** Math.min(attempt, 10));
  return Math.round(most / 2 + (most / 2) * chance);
}

/** After this long without a link the state is SUSPENDED and attempts come every `suspendedMs`. */
export const disconnectedMs = 120_000;
export const suspendedMs = 30_000;
