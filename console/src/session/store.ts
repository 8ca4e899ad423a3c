// The log-in of this tab. It lives in sessionStorage: a reload keeps it, a closed tab forgets it.
import { useSyncExternalStore } from 'react';
import { readSession } from '../api/read.ts';
import type { SessionInfo } from '../api/types.ts';

const key = 'postage.session';

/** Why there is no session: never logged in, logged out, or ended by the server. */
export type SessionEnd = 'none' | 'out' | 'expired';

interface State {
  session: SessionInfo | null;
  end: SessionEnd;
}

function load(): State {
  try {
    const kept = sessionStorage.getItem(key);
    if (!kept) return { session: null, end: 'none' };
    const { token, expires_at, person, accounts } = JSON.parse(kept);
    return { session: readSession({ token, expires_at, person, accounts }), end: 'none' };
  } catch {
    return { session: null, end: 'none' };
  }
}

let state = load();
const listeners = new Set<() => void>();

function change(next: State): void {
  state = next;
  try {
    if (next.session) {
      const { token, expiresAt, person, accounts } = next.session;
      sessionStorage.setItem(key, JSON.stringify({ token, expires_at: expiresAt, person, accounts }));
    } else {
      sessionStorage.removeItem(key);
    }
  } catch {
    // Storage may be switched off; the session then lives as long as the page.
  }
  for (const listener of listeners) listener();
}

export function openSession(session: SessionInfo): void {
  change({ session, end: 'none' });
}

export function closeSession(): void {
  change({ session: null, end: 'out' });
}

/** The server no longer accepts `token`. A late answer to an older session does not end a newer one. */
export function expireSession(token: string): void {
  if (state.session?.token === token) change({ session: null, end: 'expired' });
}

/** The person gave itself another role in an account, or left it (null). */
export function changeOwnRole(account: string, role: string | null): void {
  const { session, end } = state;
  if (!session) return;
  const accounts = session.accounts.flatMap((each) =>
    each.id !== account ? [each] : role === null ? [] : [{ ...each, role }],
  );
  change({ session: { ...session, accounts }, end });
}

export function sessionToken(): string | null {
  return state.session?.token ?? null;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSessionState(): State {
  return useSyncExternalStore(subscribe, () => state);
}

/** The session of a page that is shown only to people who are logged in. */
export function useSession(): SessionInfo {
  const { session } = useSessionState();
  if (!session) throw new Error('this page needs a session');
  return session;
}
