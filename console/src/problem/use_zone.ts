// The zone in which an error's instants are told: that of the account's catalogue when the page knows it, else the reader's
// own. It is written behind the time, because an error may be shown where no other time is.
import { QueryClientContext } from '@tanstack/react-query';
import { useContext } from 'react';

/** The account that the page's address names. */
export function accountInPath(path: string): string | null {
  const found = /^\/accounts\/([^/]+)/.exec(path)?.[1];
  return found === undefined ? null : decodeURIComponent(found);
}

export function useZone(): string {
  const client = useContext(QueryClientContext);
  const usage = client?.getQueryData(['account', accountInPath(location.pathname), 'usage']);
  const zone = (usage as { zone?: unknown } | undefined)?.zone;
  return typeof zone === 'string' ? zone : Intl.DateTimeFormat().resolvedOptions().timeZone;
}
